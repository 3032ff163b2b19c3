//! What leads from a letter to a page. It stands after the #, so that no server on the way sees or logs it.

use crate::edge::Problem;
use axum::http::StatusCode;

/// Longer than any token.
const TOKEN_MAX: usize = 128;

/// The address of one of the pages under `/account`, with what it carries.
#[must_use]
pub fn link(web_url: &str, page: &str, token: &str) -> String {
    format!("{web_url}/account/{page}#token={token}")
}

/// What someone shows, if a link can have carried it.
#[must_use]
pub fn carried(token: &str) -> Option<&str> {
    (token.len() <= TOKEN_MAX).then_some(token)
}

/// 410: the link is worth nothing, or not any more. `detail` says what to do instead.
#[must_use]
pub fn over(detail: &'static str) -> Problem {
    Problem::new(StatusCode::GONE, "link_over", detail)
}
