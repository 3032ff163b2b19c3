//! The engine holds what the documents' tables hold, however the documents got there.

use super::{find, posts};
use crate::support::TestApp;
use projections::search::engine::{
    Access, Document, DocumentUpdate, Engine, Filters, Key, Kind, Query, Sort, TagDocument,
};
use projections::search::feed::versions;
use projections::search::words::Words;
use search_engine::Embedded;
use search_engine::embedded::held;
use serde_json::json;
use std::collections::BTreeSet;

async fn busy(app: &TestApp) {
    let people = app.enrol_many("p", 4).await;
    let mut posts = vec![];
    for (n, person) in people.iter().enumerate() {
        let post = person.publish(&format!("{n}번째 감귤 #제주 #밭{n}")).await;
        for other in &people {
            other.put_empty(&format!("/v1/posts/{post}/like")).await.expect(204);
        }
        posts.push(post);
    }
    for (n, (person, post)) in people.iter().zip(posts).enumerate() {
        match n {
            0 => person.delete(&format!("/v1/posts/{post}")).await.expect(204),
            1 => person
                .patch(&format!("/v1/posts/{post}"), json!({ "text": "고친 감귤 #한라" }))
                .await
                .expect(200),
            2 => person.leave().await.expect(204),
            _ => person.patch("/v1/me", json!({ "display_name": "넷째" })).await.expect(200),
        };
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_equals_the_tables_and_keeps_its_folder_over_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_owned();
    let mut app = TestApp::start_with(|settings| settings.search_dir = Some(path.clone())).await;
    busy(&app).await;
    let found = find(&app, &app.nobody(), "posts", "감귤", "").await;
    assert_eq!(found.items().len(), 2);
    let expected: BTreeSet<_> = versions(&app.pool).await.expect("the tables").into_iter().collect();
    let indexed = held(&path).expect("the index");
    assert_eq!(indexed.into_iter().collect::<BTreeSet<_>>(), expected);
    app.stop().await;
    let again = app.second_node(|_| {}).await;
    assert_eq!(posts(&again, &again.nobody(), "감귤").await.len(), 2);
    let said = again.madang(&["verify", "search"]).await.expect("equal");
    assert!(said.contains("search index: equal (9 documents)"), "{said}");
    // The statement leaves a document as a feeder would that had missed a change of it: `verify` finds it.
    sqlx::query("update search.posts set version = version + 1 where not gone")
        .execute(&again.pool)
        .await
        .expect("spoiled");
    let said = again.madang(&["verify"]).await.expect_err("a difference");
    assert!(said.contains("search index: DIFFERENT"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_model_rebuilt_under_it_and_another_node_find_the_same() {
    let app = TestApp::start().await;
    busy(&app).await;
    let before = posts(&app, &app.nobody(), "감귤").await;
    app.madang(&["rebuild", "search"]).await.expect("rebuilt");
    let mina = app.enrol("mina").await;
    mina.publish("늦은 감귤").await;
    let second = app.second_node(|_| {}).await;
    let (here, there) = (posts(&app, &mina, "감귤").await, posts(&second, &mina.at(&second), "감귤").await);
    assert_eq!(here.len(), before.len() + 1);
    assert_eq!(here.iter().collect::<BTreeSet<_>>(), there.iter().collect::<BTreeSet<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_of_another_log_is_made_anew_and_what_is_gone_goes() {
    let folder = tempfile::tempdir().expect("a folder");
    let tag = |tag: &str, there: bool| DocumentUpdate {
        key: Key::Tag(uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, tag.as_bytes())),
        version: 1,
        document: there.then(|| Document::Tag(TagDocument { tag: tag.to_owned(), post_count: 1 })),
    };
    let find = async |engine: &Embedded| {
        let query = Query {
            kind: Kind::Tags,
            words: Words::default(),
            filters: Filters::default(),
            access: Access::default(),
            sort: Sort::default(),
            near: None,
            closeness: 0.0,
            now: chrono::Utc::now(),
            offset: 0,
            limit: 10,
            facets: false,
        };
        engine.find(query).await.expect("it answers").total
    };
    let engine = Embedded::open(Some(folder.path()), "one").expect("it opens");
    engine.take(vec![tag("가", true), tag("나", true)], Some(7)).await.expect("taken");
    engine.take(vec![tag("가", true), tag("나", false)], Some(8)).await.expect("taken again");
    assert_eq!((engine.position().await.expect("known"), find(&engine).await), (8, 1));
    assert!(Embedded::open(Some(folder.path()), "one").is_err(), "one process at a time");
    drop(engine);
    let engine = Embedded::open(Some(folder.path()), "one").expect("it opens");
    assert_eq!((engine.position().await.expect("known"), find(&engine).await), (8, 1));
    drop(engine);
    let engine = Embedded::open(Some(folder.path()), "two").expect("it opens");
    assert_eq!((engine.position().await.expect("known"), find(&engine).await), (0, 0));
}
