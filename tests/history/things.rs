//! The history of one aggregate.

use super::{analyst, store_old};
use crate::support::{TestApp, binary};
use serde_json::json;
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn a_history_tells_what_each_event_changed_and_what_the_thing_was_at_any_version_or_time() {
    let app = TestApp::start().await;
    let (ana, mina) = (analyst(&app, "ana").await, app.enrol("mina").await);
    let post = mina.publish("첫 글 #바다").await;
    mina.patch(&format!("/v1/posts/{post}"), json!({ "text": "고친 글" })).await.expect(200);
    mina.delete(&format!("/v1/posts/{post}")).await.expect(204);
    let path = format!("/v1/history/post/{post}");

    let whole = ana.get(&path).await.expect(200);
    assert_eq!(whole.each("event_type"), ["PostPublished", "PostEdited", "PostDeleted"]);
    assert_eq!((&whole.json["version"], &whole.json["state"]["deleted"]), (&json!(3), &json!(true)));
    let edited = &whole.items()[1];
    assert_eq!(edited["actor"], mina.id);
    let changed = edited["changes"].as_array().expect("a patch");
    let text = changed.iter().find(|change| change["path"] == "/text").expect("the text changed");
    assert_eq!((&text["op"], &text["value"]), (&json!("replace"), &json!("고친 글")));

    let first = ana.get(&format!("{path}?at=1")).await.expect(200);
    assert_eq!((&first.json["version"], &first.json["state"]["text"]), (&json!(1), &json!("첫 글 #바다")));
    let at = edited["recorded_at"].as_str().expect("a time").replace('+', "%2B");
    let then = ana.get(&format!("{path}?at={at}")).await.expect(200);
    assert_eq!((&then.json["version"], &then.json["state"]["text"]), (&json!(2), &json!("고친 글")));
    let before = ana.get(&format!("{path}?at=2000-01-01")).await.expect(200);
    assert_eq!((&before.json["version"], &before.json["items"]), (&json!(0), &json!([])));

    assert_eq!(ana.walk(&format!("{path}?limit=1"), "sequence").await, ["1", "2", "3"]);
    ana.get(&format!("/v1/history/post/{}", Uuid::nil())).await.expect_problem(404, "history_not_found");
    ana.get(&format!("/v1/history/wish/{post}")).await.expect_problem(404, "history_not_found");
    ana.get("/v1/history/post/x").await.expect_problem(404, "history_not_found");
    ana.get(&format!("{path}?at=soon")).await.expect_problem(400, "invalid_time");

    let told = app.madang(&["history", "post", &post, "--at", "2"]).await.expect("told");
    assert!(
        told.contains("PostEdited") && told.contains("at version 2:") && !told.contains("PostDeleted"),
        "{told}"
    );
    assert!(
        app.madang(&["history", "wish", &post]).await.expect_err("none").contains("there are user, post")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_old_versions_are_shown_in_todays() {
    let app = TestApp::start().await;
    let ana = analyst(&app, "ana").await;
    let (post, author) = (Uuid::now_v7().to_string(), Uuid::now_v7());
    let old = json!({
        "type": "PostPublished", "author_id": author, "title": null, "text": "옛 글", "tags": [], "mentions": []
    });
    store_old(&app, "post", &post, "PostPublished", "1", &old.to_string()).await;
    let history = ana.get(&format!("/v1/history/post/{post}")).await.expect(200);
    let event = &history.items()[0];
    assert_eq!((&event["event_version"], &event["payload"]["followers_only"]), (&json!("3"), &json!(false)));
    assert_eq!(history.json["state"]["text"], "옛 글");
    let schemas = ana.get("/v1/events/schemas").await.expect(200);
    let versions: Vec<_> = schemas.items().iter().filter(|s| s["event_type"] == "PostPublished").collect();
    assert_eq!(versions.iter().map(|s| &s["version"]).collect::<Vec<_>>(), ["1", "2", "3"]);
    assert!(versions[0]["schema"]["properties"]["followers_only"].is_null());
    let printed = app.madang(&["events", "schema", "PostPublished"]).await.expect("printed");
    let printed: serde_json::Value = serde_json::from_str(&printed).expect("JSON");
    assert_eq!(printed[0]["read_as"], json!({ "version": "2", "adds": { "photos": [] } }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_whose_reader_has_had_enough_ends_without_a_word() {
    let script = r#""$0" events schema | head -c 1"#;
    let done = tokio::process::Command::new("sh").args(["-c", script]).arg(binary()).output().await;
    let done = done.expect("it runs");
    assert_eq!(
        (done.stdout.as_slice(), String::from_utf8_lossy(&done.stderr).as_ref()),
        (b"[".as_slice(), "")
    );
}
