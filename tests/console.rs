//! The console: pages for people with a role, which show how the service stands and what happened in it, and
//! the API's answers that the pages need.

pub mod browser;
mod pages;
mod projections;

use crate::support::TestApp;
use crate::support::client::Person;
use crate::support::log::store;
use serde_json::json;

/// A person with a password and a role.
pub async fn staff(app: &TestApp, handle: &str, role: &str) -> Person {
    let person = app.register(handle).await;
    app.grant(&person, role).await;
    person
}

/// Stores an event of a post as a build of tomorrow would; this build can't apply it.
async fn park(app: &TestApp, post: &str) {
    store(&app.pool, post, 2, ("PostPainted", "1"), json!({ "type": "PostPainted" })).await;
}

/// Makes the stored event one that this build knows.
async fn mend(app: &TestApp) {
    let edited =
        json!({ "type": "PostEdited", "title": null, "text": "고친 글", "tags": [], "mentions": [] });
    sqlx::query("update events set event_type = 'PostEdited', payload = $1 where event_type = 'PostPainted'")
        .bind(edited)
        .execute(&app.pool)
        .await
        .expect("mended");
}
