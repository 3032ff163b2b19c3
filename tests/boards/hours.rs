//! The hours of a board.

use super::{publish_on, set, whisper};
use crate::support::TestApp;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

/// A board with hours in UTC that begin and end so long from now.
fn hours(opens: TimeDelta, closes: TimeDelta) -> Value {
    let shown = |from_now: TimeDelta| (Utc::now() + from_now).format("%H:%M").to_string();
    let hours = json!({ "opens": shown(opens), "closes": shown(closes), "time_zone": "UTC" });
    json!({ "name": "심야톡방", "anonymous": true, "hours": hours })
}

fn closed() -> Value {
    hours(TimeDelta::hours(3), TimeDelta::hours(6))
}

fn open() -> Value {
    hours(-TimeDelta::hours(3), TimeDelta::hours(3))
}

#[tokio::test(flavor = "multi_thread")]
async fn outside_its_hours_a_board_is_only_read() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    assert_eq!(set(&app, "night", open()).await.expect(200).json["is_open"], true);
    let post = whisper(&mina, "잠이 안 와요").await;
    let comment = sora.comment(&post, "저도요").await;

    let now_closed = set(&app, "night", closed()).await.expect(200).json;
    assert_eq!(now_closed["is_open"], false);
    let opens_at = now_closed["opens_at"].as_str().expect("a time");
    let opens_in = opens_at.parse::<DateTime<Utc>>().expect("RFC 3339") - Utc::now();
    assert!(opens_in > TimeDelta::minutes(178) && opens_in <= TimeDelta::hours(3), "{opens_in}");
    let comments = format!("/v1/posts/{post}/comments");
    let keyed = mina.request(reqwest::Method::POST, "/v1/posts").header("idempotency-key", "n-1");
    for refused in [
        publish_on(&mina, "night", "또 저예요").await,
        keyed.json(&json!({ "text": "또 저예요", "board": "night" })).send().await,
        sora.post(&comments, json!({ "text": "주무세요?" })).await,
        mina.post(&comments, json!({ "text": "아니요", "parent_id": comment })).await,
    ] {
        let refused = refused.expect_problem(403, "board_closed");
        let wait: i64 = refused.header("retry-after").parse().expect("seconds");
        assert!((178 * 60..=180 * 60 + 1).contains(&wait), "{wait}");
        assert!(refused.json["detail"].as_str().expect("words").contains(opens_at), "{}", refused.text);
    }

    // Posts and comments on the closed board are read by anyone and changed by their authors at any hour.
    assert_eq!(app.nobody().see(&app, "/v1/boards/night/posts").await.expect(200).each("id"), [&*post]);
    assert_eq!(mina.see(&app, &comments).await.expect(200).each("id"), [&*comment]);
    sora.put_empty(&format!("/v1/posts/{post}/like")).await.expect(204);
    mina.patch(&format!("/v1/posts/{post}"), json!({ "text": "이제 자요" })).await.expect(200);
    sora.patch(&format!("/v1/comments/{comment}"), json!({ "text": "잘 자요" })).await.expect(200);
    sora.delete(&format!("/v1/comments/{comment}")).await.expect(204);
    mina.delete(&format!("/v1/posts/{post}")).await.expect(204);

    set(&app, "night", open()).await.expect(200);
    whisper(&mina, "다시 왔어요").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_published_in_time_is_answered_the_same_when_it_is_repeated_later() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    set(&app, "night", open()).await.expect(200);
    let publish = async || {
        let request = mina.request(reqwest::Method::POST, "/v1/posts").header("idempotency-key", "n-1");
        request.json(&json!({ "text": "한 번만", "board": "night" })).send().await.expect(201)
    };
    let first = publish().await;
    set(&app, "night", closed()).await.expect(200);
    assert_eq!(publish().await.json, first.json);
}
