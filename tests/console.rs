//! How the service stands and what happened in it, for those with a role: the console, and what it asks of the API.

mod browser;
mod pages;
mod projections;

use crate::support::TestApp;
use crate::support::client::Person;
use crate::support::log::store;
use serde_json::json;

/// Someone with a password and a role.
async fn staff(app: &TestApp, handle: &str, role: &str) -> Person {
    let person = app.register(handle).await;
    app.grant(&person, role).await;
    person
}

/// Stores an event of a post as a build of tomorrow would, which this one can't apply.
async fn park(app: &TestApp, post: &str) {
    store(&app.pool, post, 2, ("PostPainted", "1"), json!({ "type": "PostPainted" })).await;
}

/// From here on this build knows the event.
async fn mend(app: &TestApp) {
    let edited =
        json!({ "type": "PostEdited", "title": null, "text": "고친 글", "tags": [], "mentions": [] });
    sqlx::query("update events set event_type = 'PostEdited', payload = $1 where event_type = 'PostPainted'")
        .bind(edited)
        .execute(&app.pool)
        .await
        .expect("mended");
}
