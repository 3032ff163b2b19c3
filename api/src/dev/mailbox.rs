//! The mailbox: letters that would have been sent if a mail server were named.

use super::page;
use crate::app::App;
use crate::edge::{Problem, list};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use vault::mail::{self, StoredLetter};

const SECURITY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const BY_ACCEPT: HeaderValue = HeaderValue::from_static("accept");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    to: Option<String>,
}

/// The newest letters, newest first: as a page, or as JSON for programs that ask for it.
pub(super) async fn show(State(app): State<App>, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let Filter { to } = list::query(&uri)?;
    let letters = match &to {
        // A text with NUL is none that Postgres stores, so no letter went there.
        Some(to) if to.contains('\0') => Vec::new(),
        Some(_) | None => mail::stored_letters(&app.pool, to.as_deref()).await?,
    };
    let mut response = if accepts_json(&headers) {
        Json(json!({ "items": letters.iter().map(item).collect::<Vec<_>>() })).into_response()
    } else {
        Html(page::of(&letters, to.as_deref())).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, SECURITY);
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    headers.insert(header::VARY, BY_ACCEPT);
    Ok(response)
}

/// True if the client asks for JSON; browsers do not, for a page.
fn accepts_json(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| accepted.contains("application/json"))
}

fn item(letter: &StoredLetter) -> Value {
    json!({
        "id": letter.id,
        "channel": letter.channel,
        "to": letter.recipient,
        "subject": letter.subject,
        "text": letter.body,
        "created_at": letter.created_at,
    })
}
