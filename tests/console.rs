//! How the service stands and what happened in it, for those with a role: the console, and what it asks of the API.

mod browser;
mod pages;
mod projections;

use crate::support::TestApp;
use crate::support::client::Person;
use serde_json::json;

/// Someone with a password and a role.
async fn staff(app: &TestApp, handle: &str, role: &str) -> Person {
    let person = app.register(handle).await;
    app.grant(&person, role).await;
    person
}

/// Stores an event of a post as a build of tomorrow would, which this one can't apply.
async fn park(app: &TestApp, post: &str) {
    sqlx::query(
        "select append_events(array['c'], array['post'], array[$1], array[1]::bigint[], array[null]::text[],
            array[null]::text[], array[null]::bytea[], array[0]::bigint[], array[1], array['PostPainted'],
            array['1'], array['{\"type\": \"PostPainted\"}']::jsonb[], array['{}']::jsonb[], '{}', '{}', '{}',
            '{}')",
    )
    .bind(post)
    .execute(&app.pool)
    .await
    .expect("stored");
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
