//! Boards: places to post, among them the anonymous board, where nobody is known by name.

mod anonymous;
mod hours;
mod moderators;
mod photos;
mod places;
mod traces;

use crate::support::TestApp;
use crate::support::client::{Answer, Person};
use crate::support::wait::until_true;
use serde_json::{Value, json};

/// Lets the night board be open at any hour.
pub async fn open_at_any_hour(app: &TestApp) {
    set(app, "night", json!({ "name": "심야톡방", "anonymous": true })).await.expect(200);
}

/// Sets up a board as an operator does.
async fn set(app: &TestApp, slug: &str, board: Value) -> Answer {
    app.operator().await.put(&format!("/v1/boards/{slug}"), board).await
}

pub async fn publish_on(person: &Person, board: &str, text: &str) -> Answer {
    person.post("/v1/posts", json!({ "text": text, "board": board })).await
}

/// The id of a new post on the night board.
async fn whisper(person: &Person, text: &str) -> String {
    publish_on(person, "night", text).await.expect(201).id()
}

/// A post as the reader sees it after the read models have caught up with all that anyone has written so far.
async fn post(app: &TestApp, reader: &Person, id: &str) -> Value {
    reader.see(app, &format!("/v1/posts/{id}")).await.expect(200).json
}

/// A person with a role that the first admin granted.
async fn with_role(app: &TestApp, handle: &str, role: &str) -> Person {
    let person = app.register(handle).await;
    app.madang(&["grant", handle, "admin"]).await.expect("granted");
    let path = format!("/v1/users/{handle}/roles");
    until_true("this node has heard of what another process did", async || {
        person.see(app, &path).await.status != 403
    })
    .await;
    if role != "admin" {
        person.put_empty(&format!("{path}/{role}")).await.expect(204);
        person.delete(&format!("{path}/admin")).await.expect(204);
    }
    person
}
