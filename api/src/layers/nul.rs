//! The character NUL, which Postgres takes in no text: a query string with it is refused before any handler reads it.
//! In paths, ids and names are parsed, and none holds it.

use crate::edge::Problem;
use axum::http::Uri;

/// NUL in an address: HTTP allows it in no other form.
const NUL: &str = "%00";

/// Refuses a query string with NUL.
///
/// # Errors
/// 400.
pub(super) fn admit(uri: &Uri) -> Result<(), Problem> {
    if uri.query().is_some_and(|query| query.contains(NUL)) {
        let detail = "The query string must not contain the character NUL (`%00`).";
        return Err(Problem::bad_request("invalid_query", detail));
    }
    Ok(())
}
