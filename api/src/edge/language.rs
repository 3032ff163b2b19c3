//! The language in which a caller reads.

use axum::http::{HeaderMap, header};
use vault::mail::Language;

/// The language that a browser asks for.
#[must_use]
pub fn language(headers: &HeaderMap) -> Language {
    match headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()) {
        // A person who reads neither of the two is more likely to read English.
        Some(accepted) => Language::of_accept_language(accepted).unwrap_or(Language::English),
        None => Language::Korean,
    }
}
