//! Who looks at a page, and in which language.

use super::text::Text;
use crate::app::App;
use crate::edge::Reader;
use axum::extract::FromRequestParts;
use axum::http::{HeaderMap, Uri, header, request};
use std::convert::Infallible;
use vault::mail::Language;

/// One look at a page.
pub(super) struct Visit {
    /// A session that is over makes nobody of its owner: the page is still there.
    pub(super) reader: Reader,
    pub(super) language: Language,
    pub(super) uri: Uri,
}

impl Visit {
    /// What the page says.
    pub(super) fn text(&self) -> &'static Text {
        Text::of(self.language)
    }
}

impl FromRequestParts<App> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut request::Parts, app: &App) -> Result<Self, Infallible> {
        let reader = match Reader::from_request_parts(parts, app).await {
            Ok(reader) => reader,
            Err(_over) => Reader::nobody(app),
        };
        Ok(Self { reader, language: language(&parts.headers), uri: parts.uri.clone() })
    }
}

/// In which language someone reads.
pub(crate) fn language(headers: &HeaderMap) -> Language {
    match headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()) {
        // Whoever reads neither of the two is more likely to read English.
        Some(accepted) => Language::of_accept_language(accepted).unwrap_or(Language::English),
        None => Language::Korean,
    }
}
