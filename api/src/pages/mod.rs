//! The one page that a letter needs where there are no pages of one's own yet: a new password for a forgotten
//! one. `MADANG_WEB_URL` sends people to better ones.

use crate::app::App;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, response::Html};

const PAGE: &str = include_str!("reset-password.html");
const SCRIPT: &str = include_str!("reset-password.js");
/// Nothing from outside, and nothing in the page itself is run.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; form-action 'none'; \
     base-uri 'none'; frame-ancestors 'none'",
);

/// These routes; they are no part of the API, so its document leaves them out.
pub fn routes() -> Router<App> {
    Router::new().route("/account/reset-password", get(page)).route("/account/reset-password.js", get(script))
}

async fn page() -> Response {
    let mut response = Html(PAGE).into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY);
    response
}

async fn script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT)
}
