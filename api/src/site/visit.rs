//! A visit: the reader of a page, and their language.

use super::text::Text;
use crate::app::App;
use crate::edge::Reader;
use crate::edge::language::language;
use axum::extract::FromRequestParts;
use axum::http::{Uri, request};
use std::convert::Infallible;
use vault::mail::Language;

/// One look at a page.
pub(crate) struct Visit {
    /// The reader. A session that is over makes nobody of its owner: the page is still shown.
    pub(crate) reader: Reader,
    pub(crate) language: Language,
    pub(crate) uri: Uri,
}

impl Visit {
    /// Returns the texts of the page.
    pub(crate) fn text(&self) -> &'static Text {
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
