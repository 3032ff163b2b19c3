//! The log over HTTP.

use super::analyst;
use crate::support::TestApp;
use crate::support::client::Person;
use futures::StreamExt;
use reqwest::{Method, Response};
use serde_json::Value;
use std::time::Duration;

/// The messages of a stream, as they come.
struct Messages {
    answer: Response,
    text: String,
}

#[derive(Debug)]
struct Message {
    id: Option<i64>,
    event: String,
    data: Value,
}

impl Messages {
    async fn open(person: &Person, path: &str, last: Option<i64>) -> Self {
        let mut request = person.request(Method::GET, path).header("accept", "text/event-stream");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let answer = request.open().await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self { answer, text: String::new() }
    }

    /// The next message; none at the stream's end.
    async fn next(&mut self) -> Option<Message> {
        loop {
            if let Some((message, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    message
                        .lines()
                        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
                        .map(str::trim_start)
                };
                let read = Message {
                    id: field("id").and_then(|id| id.parse().ok()),
                    event: field("event").unwrap_or_default().to_owned(),
                    data: serde_json::from_str(field("data").unwrap_or("null")).expect("JSON"),
                };
                self.text = rest.to_owned();
                return Some(read);
            }
            let chunk =
                tokio::time::timeout(Duration::from_secs(30), self.answer.chunk()).await.expect("in time");
            self.text.push_str(std::str::from_utf8(&chunk.expect("it goes on")?).expect("UTF-8"));
        }
    }

    /// The next message that is no heartbeat.
    async fn next_event(&mut self) -> Message {
        loop {
            let message = self.next().await.expect("it goes on");
            if message.event != "heartbeat" {
                return message;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_analysts_read_the_log() {
    let app = TestApp::start().await;
    let mina = app.enrol("mina").await;
    let paths = ["/v1/events", "/v1/events/schemas", &format!("/v1/history/user/{}", mina.id)];
    for path in paths {
        app.nobody().get(path).await.expect_problem(401, "not_logged_in");
        mina.get(path).await.expect_problem(403, "role_needed");
        app.operator().await.get(path).await.expect_problem(403, "act_as_missing");
    }
    for accept in ["application/x-ndjson", "text/event-stream"] {
        let request = mina.request(Method::GET, "/v1/events").header("accept", accept);
        request.send().await.expect_problem(403, "role_needed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_the_log_lead_through_all_of_it_and_are_narrowed_by_kind_thing_and_actor() {
    let app = TestApp::start().await;
    let (ana, mina, sora) = (analyst(&app, "ana").await, app.enrol("mina").await, app.enrol("sora").await);
    let post = mina.publish("첫 글").await;
    sora.put_empty(&format!("/v1/posts/{post}/like")).await.expect(204);
    sora.comment(&post, "좋네요").await;
    mina.patch(&format!("/v1/posts/{post}"), serde_json::json!({ "text": "고친 글" })).await.expect(200);

    let all = ana.walk("/v1/events?limit=2", "position").await;
    assert_eq!(all, (1..=app.head().await).map(|position| position.to_string()).collect::<Vec<_>>());
    let page = ana.get("/v1/events?limit=100").await.expect(200);
    assert_eq!(page.json["up_to"], app.head().await);
    assert!(page.json["next_cursor"].is_null());
    let types =
        async |query: &str| ana.get(&format!("/v1/events?{query}")).await.expect(200).each("event_type");
    assert_eq!(types("aggregate=post").await, ["PostPublished", "PostEdited"]);
    assert_eq!(types("type=Liked,CommentWritten").await, ["Liked", "CommentWritten"]);
    assert_eq!(types(&format!("aggregate=post&id={post}&limit=1")).await, ["PostPublished"]);
    assert_eq!(types(&format!("actor={}", sora.id)).await, ["Liked", "CommentWritten"]);
    let first = &ana.get(&format!("/v1/events?id={post}")).await.expect(200).json["items"][0];
    assert_eq!((&first["actor"], &first["payload"]["text"]), (&mina.id.clone().into(), &"첫 글".into()));
    assert_eq!(first["by_operator"], true);
    let at = first["recorded_at"].as_str().expect("a time").to_owned();
    let at = at.replace('+', "%2B");
    assert_eq!(types(&format!("since={at}&aggregate=post")).await, ["PostPublished", "PostEdited"]);
    assert_eq!(types(&format!("until={at}&aggregate=post")).await, [""; 0]);
    // The aggregate is found by its id alone, however long ago it was written; a stream that goes on has no
    // end.
    assert_eq!(types(&format!("id={post}&limit=1")).await, ["PostPublished"]);
    assert_eq!(types("before=1").await.len(), 1);
    for bound in ["before=1", "until=2026-01-01"] {
        let request =
            ana.request(Method::GET, &format!("/v1/events?{bound}")).header("accept", "text/event-stream");
        request.send().await.expect_problem(400, "endless");
    }
    for (query, code) in [
        ("type=Wish", "unknown_name"),
        ("aggregate=wish", "unknown_name"),
        ("since=yesterday", "invalid_time"),
        ("cursor=x", "invalid_cursor"),
        ("id=1", "invalid_query"),
        ("limit=101", "invalid_query"),
    ] {
        ana.get(&format!("/v1/events?{query}")).await.expect_problem(400, code);
    }
    let request = ana.request(Method::GET, "/v1/events").header("accept", "image/png");
    request.send().await.expect_problem(406, "not_acceptable");

    let lines =
        ana.request(Method::GET, "/v1/events?after=1").header("accept", "application/x-ndjson").send().await;
    assert_eq!(lines.header("content-type"), "application/x-ndjson");
    let read: Vec<Value> = lines.text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let items = ana.get("/v1/events?after=1&limit=100").await.expect(200);
    assert_eq!(read, items.items());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_goes_on_live_resumes_where_it_was_and_says_how_far_it_looked() {
    let app = TestApp::start().await;
    let (ana, mina) = (analyst(&app, "ana").await, app.enrol("mina").await);
    let one = mina.publish("하나").await;
    let path = "/v1/events?type=PostPublished";
    let mut messages = Messages::open(&ana, path, None).await;
    let first = messages.next_event().await;
    assert_eq!((first.event.as_str(), first.data["aggregate_id"].as_str()), ("PostPublished", Some(&*one)));
    assert_eq!(first.id, first.data["position"].as_i64());
    let two = mina.publish("둘").await;
    assert_eq!(messages.next_event().await.data["aggregate_id"], two);
    // An event that is not meant for this reader moves the position on all the same.
    mina.put_empty(&format!("/v1/posts/{two}/like")).await.expect(204);
    let liked = app.head().await;
    let mut heard = messages.next().await.expect("a heartbeat");
    while heard.id < Some(liked) {
        heard = messages.next().await.expect("another");
    }
    assert_eq!((heard.event.as_str(), heard.data["position"].as_i64()), ("heartbeat", Some(liked)));
    drop(messages);

    let three = mina.publish("셋").await;
    let mut again = Messages::open(&ana, path, first.id).await;
    for id in [two, three] {
        assert_eq!(again.next_event().await.data["aggregate_id"], id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_streams_told_while_it_happened_is_what_the_log_has() {
    let app = TestApp::start().await;
    let (ana, mina) = (analyst(&app, "ana").await, app.enrol("mina").await);
    let people = app.enrol_many("p", 4).await;
    let before = app.head().await;
    let path = format!("/v1/events?after={before}");
    let mut streams = vec![];
    for narrowed in ["", "&aggregate=like", "&type=PostPublished,CommentWritten"] {
        streams.push((narrowed, Messages::open(&ana, &format!("{path}{narrowed}"), None).await));
    }
    for n in 0..10 {
        let post = mina.publish(&format!("{n}번째 글")).await;
        for person in &people {
            person.put_empty(&format!("/v1/posts/{post}/like")).await.expect(204);
        }
        people[0].comment(&post, "좋네요").await;
    }
    for (narrowed, mut messages) in streams {
        let fetched = ana.get(&format!("{path}&limit=100{narrowed}")).await.expect(200);
        assert!(!fetched.items().is_empty());
        for expected in fetched.items() {
            assert_eq!(&messages.next_event().await.data, expected, "{narrowed}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_when_the_role_is_lost_and_when_the_server_stops() {
    let mut app = TestApp::start().await;
    let (ana, root) = (analyst(&app, "ana").await, app.enrol("root").await);
    app.madang(&["grant", "root", "admin"]).await.expect("granted");
    let mut messages = Messages::open(&ana, "/v1/events?type=PostDeleted", None).await;
    let revoke = async || root.delete("/v1/users/ana/roles/analyst").await.status;
    while revoke().await != 204 {}
    let end = messages.next_event().await;
    assert_eq!((end.event.as_str(), end.data["code"].as_str()), ("end", Some("role_needed")));
    assert!(messages.next().await.is_none(), "it is over");

    let bob = analyst(&app, "bob").await;
    let mut messages = Messages::open(&bob, "/v1/events?type=PostDeleted", None).await;
    app.stop().await;
    while messages.next().await.is_some() {}
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_are_cut_into_pieces_and_take_a_reader_who_is_slow() {
    let app = TestApp::start().await;
    let (ana, mina) = (analyst(&app, "ana").await, app.enrol("mina").await);
    for n in 0..250 {
        mina.publish(&format!("{n}번째 글")).await;
    }
    let request = ana.request(Method::GET, "/v1/events").header("accept", "application/x-ndjson");
    let mut body = request.open().await.bytes_stream();
    let mut text = vec![];
    let mut pieces = 0;
    while let Some(piece) = body.next().await {
        text.extend_from_slice(&piece.expect("whole"));
        pieces += 1;
    }
    assert!(pieces > 1);
    assert_eq!(i64::try_from(text.split(|byte| *byte == b'\n').count() - 1), Ok(app.head().await));
}
