//! Moderators learn who wrote an anonymous post, and an event records that they did.

use super::{open_at_any_hour, post, whisper, with_role};
use crate::support::TestApp;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_moderator_is_told_who_wrote_and_that_they_were_is_an_event() {
    let app = TestApp::start().await;
    open_at_any_hour(&app).await;
    let judge = with_role(&app, "judge", "moderator").await;
    let analyst = with_role(&app, "counter", "analyst").await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let first = whisper(&mina, "못된 말").await;
    let alias = post(&app, &sora, &first).await["alias"]["id"].as_str().expect("an id").to_owned();
    let path = format!("/v1/aliases/{alias}/author");
    let reason = json!({ "reason": "신고 17번" });
    let head = app.head().await;
    for (asker, status, code) in [
        (&sora, 403, "role_needed"),
        (&mina, 403, "role_needed"),
        (&analyst, 403, "role_needed"),
        (&app.nobody(), 401, "not_logged_in"),
    ] {
        asker.post(&path, reason.clone()).await.expect_problem(status, code);
    }
    for bad in [json!({}), json!({ "reason": " " }), json!({ "reason": "가".repeat(501) })] {
        judge.post(&path, bad).await.expect_problem(422, "invalid_fields");
    }
    for nobodys in [uuid::Uuid::new_v4().to_string(), mina.id.clone(), "x".to_owned()] {
        let path = format!("/v1/aliases/{nobodys}/author");
        judge.post(&path, reason.clone()).await.expect_problem(404, "author_unknown");
    }
    assert_eq!(app.head().await, head, "nobody was told anything");

    let told = judge.post(&path, reason.clone()).await.expect(200);
    assert_eq!(told.json["user"]["id"], mina.id);
    assert_eq!(told.json["user"]["handle"], "mina");
    let events: Vec<(String, String, Value, Value)> = sqlx::query_as(
        "select event_type, aggregate_id, payload, metadata from events where position > $1 order by position",
    )
    .bind(head)
    .fetch_all(&app.pool)
    .await
    .expect("events");
    let [(event_type, aggregate_id, payload, metadata)] = &events[..] else { panic!("{events:#?}") };
    assert_eq!((event_type.as_str(), aggregate_id), ("AuthorRevealed", &alias));
    let expected = json!({ "type": "AuthorRevealed", "moderator_id": judge.id, "reason": "신고 17번" });
    assert_eq!(payload, &expected);
    assert_eq!(metadata["actor"], judge.id);
    assert!(!format!("{payload} {metadata}").contains(&mina.id), "the event tells it to nobody else");
    judge.post(&path, reason.clone()).await.expect(200);
    assert_eq!(app.head().await, head + 2, "every look is kept");

    app.madang(&["erase", &mina.id, "--grace", "0"]).await.expect("erased");
    judge.post(&path, reason).await.expect_problem(404, "author_unknown");
}
