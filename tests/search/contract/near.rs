//! Hits by vectors.

use super::*;
use domain::value::PostId;
use projections::search::engine::Near;

/// A point so many degrees away from the first axis, within the plane of the first two.
fn at(degrees: f32) -> Vec<f32> {
    let angle = degrees.to_radians();
    vec![angle.cos(), angle.sin(), 0.0, 0.0]
}

fn by_vector(q: &str, degrees: f32) -> Query {
    Query { near: Some(Near::Vector(at(degrees))), ..query(Kind::Posts, q) }
}

fn like(n: u32) -> Query {
    Query { near: Some(Near::Post(PostId(id(n)))), ..query(Kind::Posts, "") }
}

async fn bring(engine: &dyn Engine, embedder: &str, vectors: &[(u32, Option<f32>)], position: i64) {
    let vectors = vectors.iter().map(|(n, degrees)| (PostId(id(*n)), degrees.map(at))).collect();
    engine.take_vectors(embedder, vectors, Some(position)).await.expect("taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_near_is_found_the_nearest_first() {
    both(async |engine| {
        let mut closed = post(4, "하늘");
        (closed.author, closed.for_followers) = (by(1, "mina"), true);
        let posts = ["바다", "하늘 바다", "하늘", "하늘 먼"];
        take_posts(engine, &posts).await;
        take(engine, vec![there(closed)]).await;
        assert_eq!(engine.vectors_position("one/model:1").await.expect("known"), 0);
        assert_eq!(ordered(engine, by_vector("", 0.0)).await, [] as [u32; 0], "there are none yet");
        assert_eq!(ordered(engine, like(0)).await, [] as [u32; 0]);
        assert_eq!(set_of(engine, by_vector("바다", 0.0)).await, [0, 1]);
        let vectors = [(0, Some(0.0)), (1, Some(30.0)), (2, Some(50.0)), (3, Some(170.0)), (4, Some(5.0))];
        bring(engine, "one/model:1", &vectors, 7).await;
        assert_eq!(engine.vectors_position("one/model:1").await.expect("known"), 7);
        assert_eq!(ordered(engine, by_vector("", 0.0)).await, [0, 1, 2]);
        assert_eq!(ordered(engine, by_vector("", 60.0)).await, [2, 1, 0]);
        assert_eq!(ordered(engine, like(0)).await, [1, 2], "without itself");
        assert_eq!(ordered(engine, like(77)).await, [] as [u32; 0]);
        let follows = Access { follows: vec![user(1)], ..Access::default() };
        let follower = Query { access: follows.clone(), ..by_vector("", 0.0) };
        assert_eq!(ordered(engine, follower).await, [0, 4, 1, 2]);
        let follower = Query { access: follows, ..like(0) };
        assert_eq!(ordered(engine, follower).await, [4, 1, 2]);
        assert_eq!(ordered(engine, by_vector("-하늘", 0.0)).await, [0]);
        let both = find(engine, by_vector("바다", 50.0)).await;
        assert_eq!((both.total, both.hits.len()), (3, 3), "{both:?}");
        let nearest = find(engine, by_vector("", 0.0)).await;
        let cosines: Vec<_> = nearest.hits.iter().map(|hit| hit.score.near.expect("a cosine")).collect();
        for (cosine, degrees) in cosines.iter().zip([0.0_f32, 30.0, 50.0]) {
            assert!((cosine - degrees.to_radians().cos()).abs() < 0.02, "{cosines:?}");
        }
        let second = Query { offset: 1, limit: 1, ..by_vector("", 0.0) };
        assert_eq!(ordered(engine, second).await, [1]);
    })
    .await;
}

async fn set_of(engine: &dyn Engine, query: Query) -> Vec<u32> {
    let mut numbers = ordered(engine, query).await;
    numbers.sort_unstable();
    numbers
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_taken_again_keep_their_vectors_and_what_is_gone_is_never_near() {
    both(async |engine| {
        take_posts(engine, &["바다", "하늘", "산"]).await;
        bring(engine, "one", &[(0, Some(0.0)), (1, Some(10.0)), (2, Some(20.0))], 3).await;
        take_posts(engine, &["바다로", "하늘", "산", "강"]).await;
        assert_eq!(ordered(engine, by_vector("", 0.0)).await, [0, 1, 2]);
        take(engine, vec![DocumentUpdate { key: Key::Post(id(1)), version: 2, document: None }]).await;
        bring(engine, "one", &[(1, Some(10.0)), (2, None), (3, Some(30.0))], 4).await;
        assert_eq!(ordered(engine, by_vector("", 0.0)).await, [0, 3]);
        let mut held: Vec<_> =
            engine.versions().await.expect("listed").into_iter().map(|(key, _)| key).collect();
        held.sort();
        assert_eq!(held, [0, 2, 3].map(|n| Key::Post(id(n))), "a vector makes no document");
        take_posts(engine, &["바다로", "하늘", "산", "강"]).await;
        bring(engine, "one", &[(1, Some(10.0))], 5).await;
        assert_eq!(ordered(engine, by_vector("", 0.0)).await, [0, 1, 3], "what came back is near again");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn vectors_of_another_embedder_are_worth_nothing() {
    both(async |engine| {
        take_posts(engine, &["바다", "하늘"]).await;
        bring(engine, "one", &[(0, Some(0.0)), (1, Some(10.0))], 3).await;
        assert_eq!(engine.vectors_position("two").await.expect("known"), 0);
        engine
            .take_vectors("two", vec![(PostId(id(1)), Some(vec![1.0, 0.0]))], Some(2))
            .await
            .expect("of another length");
        take_posts(engine, &["바다", "하늘", "새 글"]).await;
        let near = Query { near: Some(Near::Vector(vec![1.0, 0.0])), ..query(Kind::Posts, "") };
        assert_eq!(ordered(engine, near).await, [1]);
        assert_eq!(engine.vectors_position("two").await.expect("known"), 2);
        assert_eq!(engine.vectors_position("one").await.expect("known"), 0);
    })
    .await;
}
