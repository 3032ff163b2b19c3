//! Links that lead from a letter to a page. The token stands after the #, so that no server on the way sees
//! or logs it.

use crate::edge::Problem;
use axum::http::StatusCode;

/// The longest token that a link may carry, longer than any of ours.
const TOKEN_MAX: usize = 128;

/// Returns the address of one of the pages under `/account`, with the token.
#[must_use]
pub fn link(web_url: &str, page: &str, token: &str) -> String {
    format!("{web_url}/account/{page}#token={token}")
}

/// Returns the token, if a link can have carried it.
#[must_use]
pub fn carried(token: &str) -> Option<&str> {
    (token.len() <= TOKEN_MAX).then_some(token)
}

/// Returns the problem 410: the link is worth nothing, or not any more. `detail` says what to do instead.
#[must_use]
pub fn over(detail: &'static str) -> Problem {
    Problem::new(StatusCode::GONE, "link_over", detail)
}
