//! The query that may have been meant: the same keys on the Korean keyboard, where what was typed finds little.

use super::find::{self, CursorPlace, PageRequest, SearchRequest};
use crate::app::App;
use crate::edge::Reader;
use projections::search::engine::{Filters, Found, Kind, Sort};
use projections::search::text::as_hangul;

/// The most hits that are little: words of other languages give Hangul, too (`wifi` is 쟈랴), so whoever finds what
/// they typed is not asked.
const LITTLE: usize = 3;

/// Returns the other query if it finds more, within the same bounds. It is only an offer, so it is missing where the
/// engine does not answer.
pub(super) async fn meant(
    app: &App,
    reader: &Reader,
    typed: &PageRequest<'_>,
    (kind, filters): (Kind, Filters),
    found: &Found,
) -> Option<String> {
    if typed.cursor.is_some() || found.total > LITTLE {
        return None;
    }
    let query = as_hangul(typed.q?)?;
    let words = match kind {
        Kind::Posts => find::words(Some(&query)),
        Kind::People | Kind::Tags => find::names(Some(&query)),
    };
    // Without a word to be found everything is found.
    let words = words.ok().filter(|words| !words.words.is_empty() || !words.tags.is_empty())?;
    let place = CursorPlace::of(None, &typed.list).ok()?;
    let (near, sort) = (None, Sort::Relevance);
    let request = SearchRequest { kind, words, filters, near, sort, facets: false, place, limit: 1 };
    let more = find::find(app, reader, request).await.ok()?;
    (more.total > found.total).then_some(query)
}
