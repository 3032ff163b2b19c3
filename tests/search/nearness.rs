//! The index of vectors on real writing, compared with the distances between all vectors.

use super::relevance::{document, id, row};
use crate::import::{Data, folder};
use chrono::DateTime;
use domain::value::PostId;
use projections::search::embedder::Embedder;
use projections::search::engine::{Access, DocumentUpdate, Engine, Filters, Found, Kind, Near, Query, Sort};
use projections::search::words::Words;
use search_engine::Embedded;
use search_engine::embedder::{Local, local};
use std::collections::HashSet;
use std::time::{Duration, Instant};

/// Number of posts of the data set that are indexed.
const POSTS: usize = 30_000;
const QUERIES: usize = 60;
const TOP: usize = 20;

async fn ask(engine: &Embedded, near: Near, since: i64, offset: usize) -> Found {
    let query = Query {
        kind: Kind::Posts,
        words: Words::default(),
        filters: Filters { since: DateTime::from_timestamp(since, 0), ..Filters::default() },
        access: Access::default(),
        sort: Sort::Relevance,
        near: Some(near),
        closeness: Local.closeness(),
        now: DateTime::from_timestamp(1_400_000_000, 0).expect("in range"),
        offset,
        limit: TOP,
        facets: false,
    };
    engine.find(query).await.expect("it answers")
}

/// Of the posts that are really the nearest, from the row `from` on: how many are missing in the hits, and
/// how many there are.
fn missing(vectors: &[Vec<f32>], queried: usize, from: usize, found: &Found) -> (usize, usize) {
    let dot = |other: &Vec<f32>| vectors[queried].iter().zip(other).map(|(a, b)| a * b).sum::<f32>();
    let mut cosines: Vec<_> =
        vectors.iter().enumerate().skip(from).map(|(row, other)| (dot(other), row)).collect();
    cosines.retain(|(cosine, other)| *other != queried && *cosine >= Local.closeness() + 0.02);
    cosines.sort_by(|a, b| b.0.total_cmp(&a.0));
    cosines.truncate(TOP);
    let least = cosines.last().map_or(1.0, |(cosine, _)| *cosine);
    let rows: HashSet<_> = found.hits.iter().map(|hit| row(&hit.key)).collect();
    // Any post will do among those that are about as near as the last one.
    let expected: Vec<_> = cosines.iter().filter(|(cosine, _)| *cosine > least + 0.02).collect();
    (expected.iter().filter(|(_, other)| !rows.contains(other)).count(), expected.len())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_nearest_posts_are_found_whatever_the_bounds_and_kept() {
    let data = Data::read(&folder());
    let texts: Vec<String> = data.posts.iter().take(POSTS).map(|(_, text)| text.clone()).collect();
    let dir = tempfile::tempdir().expect("a folder");
    let engine = Embedded::open(Some(dir.path()), "nearness").expect("it opens");
    for (n, some) in texts.chunks(2_000).enumerate() {
        let changes = some.iter().enumerate().map(|(m, text)| document(n * 2_000 + m, text)).collect();
        engine.take(changes, None).await.expect("taken");
    }
    let begun = Instant::now();
    let vectors: Vec<_> = texts.iter().map(|text| local::vector(text)).collect();
    let made = begun.elapsed();
    let begun = Instant::now();
    let keyed = |(row, vector): (usize, &Vec<f32>)| (PostId(id(row)), Some(vector.clone()));
    let all: Vec<_> = vectors.iter().enumerate().map(keyed).collect();
    for some in all.chunks(64) {
        engine.take_vectors("local", some.to_vec(), None).await.expect("taken");
    }
    engine.take_vectors("local", vec![], Some(7)).await.expect("taken");
    let rate = |took: Duration| vectors.len() as f64 / took.as_secs_f64();
    println!(
        "{} vectors made at {:.0}/s, indexed at {:.0}/s",
        vectors.len(),
        rate(made),
        rate(begun.elapsed())
    );

    let first_second = 1_300_000_000;
    let late = texts.len() * 19 / 20;
    for (kind, from) in [("among all", 0), ("within narrow bounds", late)] {
        let (mut lost, mut wanted, mut times) = (0, 0, vec![]);
        for n in 0..QUERIES {
            let queried = n * texts.len() / QUERIES;
            let since = first_second + i64::try_from(from).expect("small");
            let begun = Instant::now();
            let found = ask(&engine, Near::Post(PostId(id(queried))), since, 0).await;
            times.push(begun.elapsed());
            assert!(found.hits.iter().all(|hit| row(&hit.key) != queried && row(&hit.key) >= from), "{kind}");
            assert!(found.hits.is_sorted_by(|a, b| a.score.near >= b.score.near), "{kind}");
            let (missing, of) = missing(&vectors, queried, from, &found);
            (lost, wanted) = (lost + missing, wanted + of);
        }
        times.sort();
        println!("{kind}: {lost} of {wanted} nearest missed, p50 {:?}", times[QUERIES / 2]);
        assert!(wanted > 0 && lost * 20 <= wanted, "{kind}: {lost} of {wanted}");
    }

    // A deleted post is near to nothing: neither without its document nor without its vector, nor after a
    // restart.
    let queried = (0..texts.len()).max_by_key(|row| texts[*row].chars().count()).expect("some");
    let to = || Near::Vector(vectors[queried].clone());
    assert_eq!(row(&ask(&engine, to(), 0, 0).await.hits[0].key), queried);
    let DocumentUpdate { key, version, .. } = document(queried, "");
    engine.take(vec![DocumentUpdate { key, version, document: None }], None).await.expect("taken");
    let without = ask(&engine, to(), 0, 0).await;
    assert!(without.hits.iter().all(|hit| row(&hit.key) != queried), "its document is gone");
    engine.take(vec![document(queried, &texts[queried])], None).await.expect("taken");
    engine.take_vectors("local", vec![(PostId(id(queried)), None)], Some(8)).await.expect("taken");
    assert_eq!(ask(&engine, to(), 0, 0).await.hits, without.hits, "its vector is gone");
    assert!(ask(&engine, Near::Post(PostId(id(queried))), 0, 0).await.hits.is_empty());
    drop(engine);
    let engine = Embedded::open(Some(dir.path()), "nearness").expect("it opens");
    assert_eq!(engine.vectors_position("local").await.expect("known"), 8);
    let after = ask(&engine, to(), 0, 0).await;
    let many = (0..40).map(|_| ask(&engine, to(), 0, 0));
    assert!(futures::future::join_all(many).await.iter().all(|found| *found == after), "many at once");
    let rows = |found: &Found| found.hits.iter().map(|hit| row(&hit.key)).collect::<HashSet<_>>();
    let same = rows(&after).intersection(&rows(&without)).count();
    assert!(!rows(&after).contains(&queried) && same * 10 >= without.hits.len() * 9, "{same}");
    engine.take_vectors("local", vec![all[queried].clone()], Some(9)).await.expect("taken");
    assert_eq!(row(&ask(&engine, to(), 0, 0).await.hits[0].key), queried, "back again");
    assert_eq!(engine.vectors_position("other").await.expect("known"), 0, "of another embedder it has none");
    assert!(ask(&engine, to(), 0, 0).await.hits.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn vectors_of_another_length_are_made_anew_and_never_compared() {
    let engine = Embedded::open(None, "lengths").expect("it opens");
    engine.take((0..3).map(|n| document(n, "글")).collect(), None).await.expect("taken");
    let vector = |row: usize, vector: &[f32]| vec![(PostId(id(row)), Some(vector.to_vec()))];
    engine.take_vectors("model", vector(0, &[1.0, 0.0]), Some(5)).await.expect("taken");
    assert_eq!(ask(&engine, Near::Vector(vec![1.0, 0.0]), 0, 0).await.hits.len(), 1);
    assert_eq!(ask(&engine, Near::Vector(vec![1.0, 0.0, 0.0]), 0, 0).await.hits.len(), 0);
    engine.take_vectors("model", vector(1, &[1.0, 0.0, 0.0]), Some(6)).await.expect_err("of another length");
    assert_eq!(engine.vectors_position("model").await.expect("known"), 0, "all are to be sent again");
    engine.take_vectors("model", vector(1, &[1.0, 0.0, 0.0]), Some(6)).await.expect("taken");
    assert_eq!(ask(&engine, Near::Vector(vec![1.0, 0.0, 0.0]), 0, 0).await.hits.len(), 1);
}
