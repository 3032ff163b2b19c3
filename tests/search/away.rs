//! A search engine that is away holds up nothing but searches.

use crate::support::TestApp;
use projections::search::engine::{Engine, EngineError};
use search_engine::Meilisearch;
use serde_json::json;
use service::settings::MeiliSettings;
use std::time::Duration;
use uuid::Uuid;

/// The settings of a Meilisearch at a port where nothing listens.
async fn nowhere() -> MeiliSettings {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = taken.local_addr().expect("an address");
    drop(taken);
    MeiliSettings { url: format!("http://{address}").parse().expect("an address"), key: Some("a key".into()) }
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_go_on_and_searches_are_told_to_come_back() {
    let meili = nowhere().await;
    let app = TestApp::start_with(|settings| {
        settings.meili = Some(meili);
        settings.consistency_bound = Duration::from_millis(100);
    })
    .await;
    let mina = app.enrol("mina").await;
    mina.publish("감귤 #제주").await;
    mina.see(&app, "/v1/timeline").await.expect(200);
    for kind in ["posts", "people", "tags"] {
        let answer = mina.get(&format!("/v1/search/{kind}?q=감귤")).await;
        let refused = answer.expect_problem(503, "search_unavailable");
        assert_eq!(refused.header("retry-after"), "2");
        assert!(!refused.text.contains("127.0.0.1"), "{}", refused.text);
    }
    let body = json!({ "text": "그래도 쓴다" });
    mina.post("/v1/posts", body).await.expect(201);
    assert_eq!(app.nobody().get("/readyz").await.expect(200).json["ready"], true);
    let is_behind = |line: &str| {
        line.strip_prefix("madang_search_lag ")
            .is_some_and(|lag| lag.parse::<f64>().is_ok_and(|lag| lag >= 1.0))
    };
    app.ops().metrics_when(|metrics| metrics.lines().any(is_behind)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_of_one_that_is_away_holds_no_key() {
    let engine = Meilisearch::new(&nowhere().await, Uuid::new_v4()).expect("a client");
    let failure = engine.position().await.expect_err("nobody is there");
    assert!(matches!(failure, EngineError::Away(_)), "{failure}");
    assert!(!format!("{failure:?}").contains("a key"), "{failure:?}");
}
