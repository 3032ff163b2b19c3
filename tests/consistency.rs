//! Consistency: a person's reads hold what the person wrote.

use crate::support::TestApp;
use futures::StreamExt;
use reqwest::Method;
use serde_json::json;
use service::settings::Roles;
use std::time::{Duration, Instant};

const SLOW: Duration = Duration::from_millis(50);

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_own_write_is_in_their_next_read_a_thousand_times_in_a_row() {
    let app = TestApp::start_with(|settings| settings.projector_delay = SLOW).await;
    let mina = app.register("mina").await;
    let post = mina.publish("0").await;
    for n in 1..=1_000 {
        let text = format!("글 {n}");
        match n % 5 {
            0 => {
                let id = mina.publish(&text).await;
                let timeline = mina.get("/v1/timeline?limit=1").await.expect(200);
                assert_eq!(timeline.each("id"), [id], "round {n}");
            }
            1 => {
                mina.patch(&format!("/v1/posts/{post}"), json!({ "text": text })).await.expect(200);
                let read = mina.get(&format!("/v1/posts/{post}")).await.expect(200);
                assert_eq!(read.json["text"], text.as_str(), "round {n}");
            }
            2 => {
                let path = format!("/v1/posts/{post}/like");
                let liked = n % 2 == 0;
                let method = if liked { Method::PUT } else { Method::DELETE };
                mina.request(method, &path).send().await.expect(204);
                let read = mina.get(&format!("/v1/posts/{post}")).await.expect(200);
                assert_eq!(read.json["liked_by_me"], liked, "round {n}");
            }
            3 => {
                let comment = mina.comment(&post, &text).await;
                let read = mina.get(&format!("/v1/comments/{comment}")).await.expect(200);
                assert_eq!(read.json["text"], text.as_str(), "round {n}");
            }
            _ => {
                mina.patch("/v1/me", json!({ "bio": text })).await.expect(200);
                let read = mina.get("/v1/me").await.expect(200);
                assert_eq!(read.json["bio"], text.as_str(), "round {n}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_position_given_by_one_node_makes_another_wait_for_it() {
    let app = TestApp::start_with(|settings| settings.projector_delay = SLOW).await;
    let only_api = Roles { api: true, relay: false, projector: false, media: false };
    let other = app.second_node(|settings| settings.roles = only_api).await;
    let mina = app.register("mina").await;
    let there = mina.at(&other);
    for n in 0..50 {
        let published = mina.post("/v1/posts", json!({ "text": format!("글 {n}") })).await.expect(201);
        let (name, value) = match n % 2 {
            0 => ("madang-position", published.position().to_string()),
            _ => {
                let cookie = published.header("set-cookie").split(';').next().expect("a cookie").to_owned();
                ("cookie", cookie)
            }
        };
        let read = there.request(Method::GET, "/v1/timeline?limit=1").header(name, value).send().await;
        let read = read.expect(200);
        assert_eq!(read.each("id"), [published.id()], "round {n}, by {name}");
        assert!(!read.is_stale() && read.position() >= published.position());
    }
}

/// A subscription to the messages that tell runners of timelines how far readers wait.
async fn wishes(app: &TestApp) -> async_nats::Subscriber {
    let log: uuid::Uuid = sqlx::query_scalar("select id from log").fetch_one(&app.pool).await.expect("a log");
    let nats = async_nats::connect(&*app.settings.nats_url).await.expect("NATS");
    let wishes = nats.subscribe(format!("wanted.{log}.timelines")).await.expect("a subscription");
    nats.flush().await.expect("NATS hears of it");
    wishes
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_hurries_runners_by_claiming_a_position_that_the_log_does_not_have() {
    let app = TestApp::start_with(|settings| settings.projector_delay = SLOW).await;
    let mina = app.register("mina").await;
    let mut wishes = wishes(&app).await;
    let head: i64 = sqlx::query_scalar("select head from log").fetch_one(&app.pool).await.expect("a log");
    let claimed = mina.request(Method::GET, "/v1/timeline").header("madang-position", head + 500);
    assert!(claimed.header("prefer", "wait=1").send().await.expect(200).is_stale());
    // A reader who waits for an event that exists hurries the runners; no message was sent before that.
    let published = mina.post("/v1/posts", json!({ "text": "글" })).await.expect(201);
    mina.get("/v1/timeline").await.expect(200);
    let wish = wishes.next().await.expect("a message");
    assert_eq!(wish.payload, published.position().to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_who_waits_at_one_node_hurries_whoever_keeps_the_read_model_at_another() {
    let app = TestApp::start_with(|settings| settings.projector_delay = SLOW).await;
    let only_api = Roles { api: true, relay: false, projector: false, media: false };
    let other = app.second_node(|settings| settings.roles = only_api).await;
    let mina = app.register("mina").await;
    let mut wishes = wishes(&app).await;
    let published = mina.post("/v1/posts", json!({ "text": "글" })).await.expect(201);
    let read = mina.at(&other).request(Method::GET, "/v1/timeline");
    read.header("madang-position", published.position()).send().await.expect(200);
    let wish = wishes.next().await.expect("a message");
    assert_eq!(wish.payload, published.position().to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_who_is_given_the_position_sees_the_post_in_their_timeline() {
    let app = TestApp::start_with(|settings| settings.projector_delay = SLOW).await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    sora.follow(&mina).await;
    for n in 0..20 {
        let published = mina.post("/v1/posts", json!({ "text": format!("글 {n}") })).await.expect(201);
        let read = sora.request(Method::GET, "/v1/timeline?limit=1");
        let read = read.header("madang-position", published.position()).send().await.expect(200);
        assert_eq!(read.each("id"), [published.id()], "round {n}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn when_projectors_are_down_an_answer_is_marked_stale_and_comes_at_once() {
    let mut app = TestApp::start().await;
    let mina = app.register("mina").await;
    mina.publish("먼저").await;
    assert_eq!(mina.get("/v1/timeline").await.expect(200).json["items"].as_array().map(Vec::len), Some(1));
    app.stop().await;
    let only_api = Roles { api: true, relay: false, projector: false, media: false };
    let alone = app
        .second_node(|settings| {
            settings.roles = only_api;
            settings.consistency_bound = Duration::from_secs(1);
        })
        .await;
    let mina = mina.at(&alone);
    mina.publish("나중").await;
    let begun = Instant::now();
    let read = mina.get("/v1/timeline").await.expect(200);
    assert!(read.is_stale());
    assert_eq!(read.json["items"].as_array().map(Vec::len), Some(1), "what there is");
    // The time is no measurement: the reader waited neither for the bound of one second, nor for a client's
    // time-out.
    assert!(begun.elapsed() < Duration::from_secs(20));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_prefers_not_to_wait_gets_what_there_is() {
    let app = TestApp::start_with(|settings| settings.projector_delay = Duration::from_millis(300)).await;
    let mina = app.register("mina").await;
    let published = mina.post("/v1/posts", json!({ "text": "글" })).await.expect(201);
    let read = mina.request(Method::GET, "/v1/timeline").header("prefer", "respond-async").send().await;
    assert!(read.expect(200).is_stale());
    let read = mina.request(Method::GET, "/v1/timeline").header("prefer", "wait=10").send().await.expect(200);
    assert!(!read.is_stale());
    assert_eq!(read.each("id"), [published.id()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_nats_commands_succeed_and_ones_own_writes_are_read_from_postgres() {
    // Nothing listens at that address.
    let app = TestApp::start_with(|settings| settings.nats_url = "nats://127.0.0.1:1".into()).await;
    let mina = app.enrol("mina").await;
    for n in 0..20 {
        let id = mina.publish(&format!("{n}")).await;
        let timeline = mina.get("/v1/timeline?limit=1").await.expect(200);
        assert_eq!(timeline.each("id"), [id], "round {n}");
    }
}
