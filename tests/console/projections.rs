//! The projections over HTTP.

use super::{mend, park, staff};
use crate::faults::until;
use crate::support::TestApp;
use crate::support::client::Person;
use crate::support::log::batch_of_posts;
use serde_json::{Value, json};

/// A projection in the API's list.
async fn stands(by: &Person, name: &str) -> Value {
    let all = by.get("/v1/projections").await.expect(200);
    all.items().iter().find(|projection| projection["name"] == name).expect("it is listed").clone()
}

async fn rebuilt(by: &Person, name: &str) -> Value {
    until("the rebuild ends", async || {
        let rebuild = stands(by, name).await["rebuild"].take();
        (!rebuild["ended_at"].is_null()).then_some(rebuild)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn those_with_a_role_see_how_everything_stands_and_only_admins_and_operators_change_it() {
    let app = TestApp::start().await;
    let mina = app.enrol("mina").await;
    let (ana, ada) = (staff(&app, "ana", "analyst").await, staff(&app, "ada", "admin").await);
    mina.publish("첫 글").await;
    app.settle(&mina).await;
    app.nobody().get("/v1/projections").await.expect_problem(401, "not_logged_in");
    mina.get("/v1/projections").await.expect_problem(403, "role_needed");
    let head = app.head().await;
    for person in [&ana, &ada, &app.operator().await] {
        let standing = until("it shows the newest", async || {
            Some(person.get("/v1/projections").await.expect(200))
                .filter(|standing| standing.json["head"] == head)
        })
        .await;
        assert_eq!(standing.json["last_minute"], standing.json["head"]);
        assert_eq!(standing.json["relay_stopped_because"], Value::Null);
        assert!(standing.each("name").contains(&"timelines".to_owned()));
        assert!(standing.items().iter().all(|item| item["is_led"] == true && item["parked_count"] == 0));
    }
    for act in ["retry", "rebuild"] {
        let path = format!("/v1/projections/posts/{act}");
        app.nobody().post(&path, json!({})).await.expect_problem(401, "not_logged_in");
        for person in [&mina, &ana] {
            person.post(&path, json!({})).await.expect_problem(403, "role_needed");
        }
        app.operator().await.post(&path, json!({})).await.expect(202);
        let unknown = ada.post(&format!("/v1/projections/wishes/{act}"), json!({})).await;
        unknown.expect_problem(404, "projection_not_found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_that_is_asked_for_puts_right_what_is_wrong() {
    let app = TestApp::start().await;
    let (mina, ada) = (app.enrol("mina").await, staff(&app, "ada", "admin").await);
    let post = mina.publish("첫 글").await;
    app.settle(&mina).await;
    assert_eq!(stands(&ada, "posts").await["rebuild"], Value::Null);
    sqlx::query("update posts.posts set like_count = 99").execute(&app.pool).await.expect("spoiled");
    let answer = ada.post("/v1/projections/posts/rebuild", json!({})).await.expect(202);
    assert_eq!((&answer.json["name"], answer.json["rebuild"]["ended_at"].is_null()), (&json!("posts"), true));
    let ended = rebuilt(&ada, "posts").await;
    assert_eq!(ended["error"], Value::Null);
    assert_eq!(mina.get(&format!("/v1/posts/{post}")).await.expect(200).json["like_count"], 0);
    assert_eq!(stands(&ada, "posts").await["rebuilding_at"], Value::Null);
    // A rebuild can be requested again.
    let again = ada.post("/v1/projections/posts/rebuild", json!({})).await.expect(202);
    assert_ne!(again.json["rebuild"]["asked_at"], ended["asked_at"]);
    assert_eq!(rebuilt(&ada, "posts").await["error"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_that_can_not_be_done_says_why_and_what_was_there_serves_on() {
    let app = TestApp::start().await;
    let (mina, ada) = (app.enrol("mina").await, staff(&app, "ada", "admin").await);
    let post = mina.publish("첫 글").await;
    park(&app, &post).await;
    ada.post("/v1/projections/posts/rebuild", json!({})).await.expect(202);
    let error = rebuilt(&ada, "posts").await["error"].take();
    assert!(error.as_str().is_some_and(|error| error.contains("PostPainted")), "{error}");
    assert_eq!(mina.get(&format!("/v1/posts/{post}")).await.expect(200).json["text"], "첫 글");
}

#[tokio::test(flavor = "multi_thread")]
async fn parked_events_are_shown_with_what_is_wrong_and_tried_again_when_asked() {
    let app = TestApp::start().await;
    let (mina, ada) = (app.enrol("mina").await, staff(&app, "ada", "admin").await);
    let post = mina.publish("첫 글").await;
    park(&app, &post).await;
    let parked = until("it is parked", async || stands(&ada, "posts").await["parked"].get(0).cloned()).await;
    assert_eq!(
        (&parked["event_type"], &parked["position"]),
        (&json!("PostPainted"), &json!(app.head().await))
    );
    assert!(parked["error"].as_str().is_some_and(|error| error.contains("PostPainted")));
    mend(&app).await;
    ada.post("/v1/projections/posts/retry", json!({})).await.expect(202);
    until("it is applied", async || (stands(&ada, "posts").await["parked_count"] == 0).then_some(())).await;
    assert_eq!(mina.get(&format!("/v1/posts/{post}")).await.expect(200).json["text"], "고친 글");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_that_waits_to_take_the_place_shows_how_far_it_is() {
    let app = TestApp::start().await;
    let (mina, ada) = (app.enrol("mina").await, staff(&app, "ada", "admin").await);
    mina.publish("첫 글").await;
    app.settle(&mina).await;
    // The transaction is in the middle of a batch: the swap waits for it.
    let batch = batch_of_posts(&app.pool).await;
    ada.post("/v1/projections/posts/rebuild", json!({})).await.expect(202);
    let head = app.head().await;
    until("the copy has all of it", async || {
        (stands(&ada, "posts").await["rebuilding_at"] == head).then_some(())
    })
    .await;
    let told = app.madang(&["status"]).await.expect("told");
    assert!(told.contains(&format!("being rebuilt: {head} of {head}")), "{told}");
    let asked_at = stands(&ada, "posts").await["rebuild"]["asked_at"].take();
    let again = ada.post("/v1/projections/posts/rebuild", json!({})).await.expect(202);
    assert_eq!(again.json["rebuild"]["asked_at"], asked_at);
    batch.rollback().await.expect("it ends");
    assert_eq!(rebuilt(&ada, "posts").await["error"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_a_newer_release_gets_no_older_one_in_its_place() {
    let app = TestApp::start().await;
    let ada = staff(&app, "ada", "admin").await;
    let newer = "update posts.checkpoint set version = version + 1 returning version";
    let version: i32 =
        sqlx::query_scalar(newer).fetch_one(&app.pool).await.expect("as a newer release makes it");
    for name in ["posts", "tags"] {
        ada.post(&format!("/v1/projections/{name}/rebuild"), json!({})).await.expect(202);
    }
    // Rebuilds begin in the order in which they were requested.
    assert_eq!(rebuilt(&ada, "tags").await["error"], Value::Null);
    let posts = stands(&ada, "posts").await;
    assert_eq!((&posts["version"], &posts["rebuild"]["ended_at"]), (&json!(version), &Value::Null));
}
