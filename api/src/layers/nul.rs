//! The character NUL, which no name of anything holds and Postgres takes in no text: an address with it is refused
//! before any handler reads it.

use crate::edge::Problem;
use axum::http::Uri;

/// NUL in an address: HTTP allows it in no other form.
const NUL: &str = "%00";

/// Refuses an address with NUL.
///
/// # Errors
/// 404 where a path has it, 400 where a query string has it.
pub(super) fn admit(uri: &Uri) -> Result<(), Problem> {
    if uri.path().contains(NUL) {
        return Err(Problem::not_found("route_not_found", "No path holds the character NUL (`%00`)."));
    }
    if uri.query().is_some_and(|query| query.contains(NUL)) {
        let detail = "The query string must not contain the character NUL (`%00`).";
        return Err(Problem::bad_request("invalid_query", detail));
    }
    Ok(())
}
