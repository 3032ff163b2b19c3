//! The feeding of an engine: documents that come again, change or go.

use super::*;
use projections::search::engine::EngineError;
use serde_json::json;

fn gone(n: u32) -> DocumentUpdate {
    DocumentUpdate { key: Key::Post(id(n)), version: 2, document: None }
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_come_again_change_and_go() {
    both(async |engine| {
        assert_eq!(engine.position().await.expect("known"), 0);
        assert_eq!(engine.versions().await.expect("listed"), []);
        let texts = ["바다 하나", "바다 둘", "바다 셋"];
        let first = || (0..).zip(texts).map(|(n, text)| there(post(n, text))).collect::<Vec<_>>();
        engine.take(first(), Some(5)).await.expect("taken");
        engine.take(first(), Some(5)).await.expect("taken again");
        assert_eq!(engine.position().await.expect("known"), 5);
        assert_eq!(set(engine, Kind::Posts, "바다").await, [0, 1, 2]);
        let changed = DocumentUpdate { version: 2, ..there(post(1, "산으로")) };
        engine.take(vec![gone(0), changed, gone(9), tag(0, "산", 2)], None).await.expect("taken");
        assert_eq!(engine.position().await.expect("known"), 5, "nobody said how far this was");
        assert_eq!(set(engine, Kind::Posts, "바다").await, [2]);
        assert_eq!(set(engine, Kind::Posts, "산").await, [1]);
        let mut versions = engine.versions().await.expect("listed");
        versions.sort();
        assert_eq!(versions, [(Key::Post(id(1)), 2), (Key::Post(id(2)), 1), (Key::Tag(id(0)), 2)]);
        engine.take(vec![], Some(7)).await.expect("taken");
        assert_eq!(engine.position().await.expect("known"), 7);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn much_at_once_is_taken_whole() {
    both(async |engine| {
        let long: String =
            "가나다라마바사 아자차카 long words of latin ".chars().cycle().take(5_000).collect();
        let changes: Vec<_> = (0..400).map(|n| there(post(n, &format!("{long} 끝말{n}")))).collect();
        engine.take(changes, Some(1)).await.expect("taken");
        assert_eq!(find(engine, query(Kind::Posts, "끝말")).await.total, 400);
        assert_eq!(set(engine, Kind::Posts, "\"끝말399\"").await, [399]);
        assert_eq!(set(engine, Kind::Posts, "끝말 \"399\"").await, [399]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_feeds_late_mends_what_was_newer() {
    at_meilisearch(async |first, indexes| {
        let second = Meilisearch::new(&indexes.settings, indexes.log).expect("a client");
        let text = |text: &str, version| DocumentUpdate { version, ..there(post(0, text)) };
        assert_eq!(first.position().await.expect("known"), 0);
        assert_eq!(second.position().await.expect("known"), 0);
        first.take(vec![text("새 글", 9)], Some(10)).await.expect("taken");
        // The second feeder read this document before it changed.
        second.take(vec![text("옛 글", 3)], Some(5)).await.expect("taken");
        let late = Meilisearch::new(&indexes.settings, indexes.log).expect("a client");
        assert_eq!(late.position().await.expect("known"), 5, "never further than what is in");
        assert_eq!(first.position().await.expect("known"), 10);
        assert_eq!(second.position().await.expect("known"), 5);
        second.take(vec![text("새 글", 9)], Some(10)).await.expect("taken");
        assert_eq!(set(first, Kind::Posts, "새").await, [0]);
        assert_eq!(late.position().await.expect("known"), 5, "it has fed nothing yet itself");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_version_is_built_beside_and_swapped_in() {
    at_meilisearch(async |engine, indexes| {
        engine.take(vec![there(post(0, "옛 바다"))], Some(4)).await.expect("taken");
        indexes.put("meta", json!([{ "id": "made", "version": 0 }])).await;
        let next = Meilisearch::new(&indexes.settings, indexes.log).expect("a client");
        assert_eq!(next.position().await.expect("known"), 0, "it is built from the beginning");
        next.take(vec![there(post(0, "새 바다")), there(post(1, "바다"))], None).await.expect("taken");
        assert_eq!(set(&next, Kind::Posts, "바다").await, [0], "the one before answers");
        assert_eq!(indexes.names().await.len(), 8);
        next.take(vec![there(post(2, "더 먼 바다"))], Some(6)).await.expect("taken");
        assert_eq!(set(&next, Kind::Posts, "바다").await, [0, 1, 2]);
        assert_eq!(set(&next, Kind::Posts, "새").await, [0]);
        assert_eq!(next.position().await.expect("known"), 6);
        assert_eq!(indexes.names().await.len(), 4, "what answered before is deleted");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_newer_release_made_is_neither_fed_nor_asked() {
    at_meilisearch(async |engine, indexes| {
        engine.take(vec![there(post(0, "바다"))], Some(4)).await.expect("taken");
        let ours = indexes.get("meta", "made").await["version"].clone();
        indexes.put("meta", json!([{ "id": "made", "version": 1_000 }])).await;
        assert!(matches!(engine.position().await, Err(EngineError::Away(_))));
        assert!(matches!(engine.take(vec![gone(0)], Some(5)).await, Err(EngineError::Away(_))));
        assert!(matches!(engine.find(query(Kind::Posts, "바다")).await, Err(EngineError::Away(_))));
        indexes.put("meta", json!([{ "id": "made", "version": ours }])).await;
        assert_eq!(engine.position().await.expect("known"), 4);
        assert_eq!(set(engine, Kind::Posts, "바다").await, [0]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_emptied_says_that_it_has_nothing() {
    at_meilisearch(async |engine, indexes| {
        engine.take(vec![there(post(0, "바다"))], Some(4)).await.expect("taken");
        indexes.remove().await;
        assert!(matches!(engine.find(query(Kind::Posts, "바다")).await, Err(EngineError::Away(_))));
        assert_eq!(engine.position().await.expect("known"), 0);
        assert_eq!(set(engine, Kind::Posts, "바다").await, [] as [u32; 0]);
    })
    .await;
}
