//! The contract of the port `Engine`: all engines behave alike. The tests run against the embedded engine
//! always, and against Meilisearch where `MEILI_URL` says where a real one is.

mod cases;
mod feeding;
mod near;

use super::meilisearch::{MeiliIndexes, named};
use chrono::{DateTime, Duration, Utc};
use futures::FutureExt;
use projections::search::engine::{
    Access, Document, DocumentUpdate, Engine, Filters, Found, Key, Kind, PersonDocument, PostAuthor,
    PostDocument, Query, Sort, TagDocument,
};
use projections::search::words::Words;
use search_engine::{Embedded, Meilisearch};
use std::panic::AssertUnwindSafe;
use std::sync::Once;
use uuid::Uuid;

/// Runs a test against both engines, each empty.
async fn both(test: impl AsyncFn(&dyn Engine)) {
    test(&Embedded::open(None, "contract").expect("it opens")).await;
    at_meilisearch(async |engine, _| test(engine).await).await;
}

/// Runs a test against Meilisearch, if there is one, within a log of its own.
async fn at_meilisearch(test: impl AsyncFn(&dyn Engine, &MeiliIndexes)) {
    static SAID: Once = Once::new();
    let Some(settings) = named() else {
        SAID.call_once(|| println!("MEILI_URL is not set: no contract test ran against Meilisearch"));
        return;
    };
    SAID.call_once(|| println!("contract tests run against Meilisearch at {}, too", settings.url.0));
    let indexes = MeiliIndexes::new(settings, Uuid::new_v4());
    let engine = Meilisearch::new(&indexes.settings, indexes.log).expect("a client");
    let done = AssertUnwindSafe(test(&engine, &indexes)).catch_unwind().await;
    indexes.remove().await;
    if let Err(failure) = done {
        println!("this was with Meilisearch");
        std::panic::resume_unwind(failure);
    }
}

/// The time at which the tests' queries are made.
fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_750_000_000, 0).expect("in range")
}

fn id(n: u32) -> Uuid {
    Uuid::from_u128(u128::from(n) + 1)
}

fn user(n: u32) -> domain::value::UserId {
    domain::value::UserId(id(n))
}

/// A post without an author, a day old.
fn post(n: u32, text: &str) -> PostDocument {
    PostDocument {
        post_id: id(n),
        author: None,
        board_id: None,
        title: String::new(),
        text: text.to_owned(),
        tags: vec![],
        alternative_texts: vec![],
        photo_count: 0,
        for_followers: false,
        published_at: now() - Duration::days(1),
        like_count: 0,
    }
}

fn by(n: u32, handle: &str) -> Option<PostAuthor> {
    Some(PostAuthor { user_id: id(n), handle: handle.to_owned(), display_name: String::new() })
}

fn person(n: u32, handle: &str, display_name: &str, bio: &str) -> PersonDocument {
    let [handle, display_name, bio] = [handle, display_name, bio].map(str::to_owned);
    PersonDocument { user_id: id(n), handle, display_name, bio }
}

fn tag(n: u32, tag: &str, post_count: i64) -> DocumentUpdate {
    let document = TagDocument { tag: tag.to_owned(), post_count };
    DocumentUpdate { key: Key::Tag(id(n)), version: post_count, document: Some(Document::Tag(document)) }
}

fn there(post: PostDocument) -> DocumentUpdate {
    DocumentUpdate { key: Key::Post(post.post_id), version: 1, document: Some(Document::Post(post)) }
}

fn who(person: PersonDocument) -> DocumentUpdate {
    DocumentUpdate { key: Key::Person(person.user_id), version: 1, document: Some(Document::Person(person)) }
}

async fn take(engine: &dyn Engine, changes: Vec<DocumentUpdate>) {
    engine.take(changes, None).await.expect("taken");
}

async fn take_posts(engine: &dyn Engine, texts: &[&str]) {
    take(engine, (0..).zip(texts).map(|(n, text)| there(post(n, text))).collect()).await;
}

fn query(kind: Kind, q: &str) -> Query {
    Query {
        kind,
        words: Words::parse(q).expect("a query"),
        filters: Filters::default(),
        access: Access::default(),
        sort: Sort::Relevance,
        near: None,
        closeness: 0.2,
        now: now(),
        offset: 0,
        limit: 100,
        facets: false,
    }
}

async fn find(engine: &dyn Engine, query: Query) -> Found {
    let found = engine.find(query).await.expect("it answers");
    assert!(found.total >= found.hits.len(), "{found:?}");
    found
}

/// The numbers of the documents that were found, in order.
fn numbers(found: &Found) -> Vec<u32> {
    let number = |key: &Key| match key {
        Key::Post(id) | Key::Person(id) | Key::Tag(id) => u32::try_from(id.as_u128() - 1).expect("a number"),
    };
    found.hits.iter().map(|hit| number(&hit.key)).collect()
}

/// The numbers of the documents that a query finds, in order.
async fn ordered(engine: &dyn Engine, query: Query) -> Vec<u32> {
    numbers(&find(engine, query).await)
}

/// The numbers of the documents that words find, the least first.
async fn set(engine: &dyn Engine, kind: Kind, q: &str) -> Vec<u32> {
    let found = find(engine, query(kind, q)).await;
    assert_eq!(found.total, found.hits.len(), "{q}");
    let mut numbers = numbers(&found);
    numbers.sort_unstable();
    numbers
}
