//! Requests to the search engine, for readers who want to see what they wrote, and must not see what is
//! hidden from them.

use super::dto::Results;
use crate::app::App;
use crate::edge::list::Limit;
use crate::edge::{Fresh, Problem, Reader, cursor};
use crate::search::Search;
use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use domain::value::{Handle, PostId, UserId};
use projections::posts;
use projections::profiles;
use projections::progress::Coverage;
use projections::search::engine::{
    Access, DEEPEST, EngineError, Filters, Found, Hit, Key, Kind, Near, Query, Sort,
};
use projections::search::words::Words;
use search_engine::Fed;
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// The time after which an engine that doesn't answer counts as away.
const PATIENCE: Duration = Duration::from_secs(5);
/// The time after which an embedder that doesn't answer counts as away: models answer a few words within a
/// second.
const EMBEDDER_PATIENCE: Duration = Duration::from_secs(3);
/// The time by which the clocks of two servers may differ.
const CLOCKS_APART: TimeDelta = TimeDelta::minutes(5);

/// The cursor of a search: the offset of the next page, and the time as of which all pages of one search are
/// ordered.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(try_from = "ClaimedPlace")]
pub(super) struct CursorPlace {
    offset: usize,
    now: i64,
}

/// The place that a cursor claims. Anyone can make a cursor, so the place is checked before an engine reserves
/// anything for it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClaimedPlace {
    offset: usize,
    now: i64,
}

impl TryFrom<ClaimedPlace> for CursorPlace {
    type Error = &'static str;

    fn try_from(ClaimedPlace { offset, now }: ClaimedPlace) -> Result<Self, Self::Error> {
        let latest = (Utc::now() + CLOCKS_APART).timestamp_millis();
        if offset >= DEEPEST || !(0..=latest).contains(&now) {
            return Err("no search has a page there");
        }
        Ok(Self { offset, now })
    }
}

impl CursorPlace {
    pub(super) fn of(cursor: Option<&str>, list: &str) -> Result<Self, Problem> {
        let first = || Self { offset: 0, now: Utc::now().timestamp_millis() };
        Ok(cursor.map(|text| cursor::read(list, text)).transpose()?.unwrap_or_else(first))
    }

    fn now(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.now).unwrap_or_default()
    }

    /// Returns the cursor after a page of `limit`, if the page was full.
    pub(super) fn next(self, found: usize, limit: usize) -> Option<Self> {
        let offset = self.offset + found;
        (found == limit && offset < DEEPEST).then_some(Self { offset, ..self })
    }
}

/// The request for one page of a search.
pub(super) struct PageRequest<'a> {
    pub(super) list: String,
    pub(super) q: Option<&'a str>,
    pub(super) cursor: Option<&'a str>,
    pub(super) limit: Limit,
}

impl PageRequest<'_> {
    pub(super) fn place(&self) -> Result<CursorPlace, Problem> {
        CursorPlace::of(self.cursor, &self.list)
    }

    /// Makes the page of results that answers this request.
    pub(super) fn results<T>(
        &self,
        app: &App,
        place: CursorPlace,
        found: &Found,
        items: Vec<T>,
    ) -> Results<T> {
        let next = place.next(found.hits.len(), self.limit.into());
        Results {
            items,
            next_cursor: next.map(|next| cursor::write(&self.list, &next)),
            total: found.total,
            facets: None,
            suggestion: None,
            engine: app.part::<Search>().engine.name(),
            embedder: None,
        }
    }
}

/// Parses the words in the search field.
pub(super) fn words(query: Option<&str>) -> Result<Words, Problem> {
    Words::parse(query.unwrap_or_default()).map_err(|error| {
        let detail = error.to_string();
        Problem::bad_parameter("q", "invalid_words", detail)
    })
}

/// Parses the words of a search for names: a name has no author, and a tag is one with or without its mark.
pub(super) fn names(query: Option<&str>) -> Result<Words, Problem> {
    let mut names = words(query)?;
    names.from.clear();
    for tag in std::mem::take(&mut names.tags) {
        names.words.extend(words(Some(&tag))?.words);
    }
    Ok(names)
}

/// Waits until the engine, and the read models that show its hits, have the events that the reader must see.
pub(super) async fn see(app: &App, reader: &Reader, shown_by: &[&'static str]) -> Fresh {
    see_in(app, reader, shown_by, &[&app.part::<Search>().fed]).await
}

/// Waits like [`see`], and for the engine's vectors too, which come last.
pub(super) async fn see_near(app: &App, reader: &Reader, shown_by: &[&'static str]) -> Fresh {
    see_in(app, reader, shown_by, &[&app.part::<Search>().fed, &app.part::<Search>().vectors]).await
}

async fn see_in(app: &App, reader: &Reader, shown_by: &[&'static str], fed: &[&Fed]) -> Fresh {
    let begun = Instant::now();
    let mut coverage = reader.covered(app, &[&["search"], shown_by].concat()).await;
    for fed in fed {
        let left = reader.bound.saturating_sub(begun.elapsed());
        if coverage.covered && !fed.wait(reader.position, left).await {
            coverage = Coverage { covered: false, position: fed.position() };
        }
    }
    reader.fresh(coverage)
}

/// A search without its reader.
pub(super) struct SearchRequest {
    pub(super) kind: Kind,
    pub(super) words: Words,
    pub(super) filters: Filters,
    pub(super) near: Option<Near>,
    pub(super) sort: Sort,
    pub(super) facets: bool,
    pub(super) place: CursorPlace,
    pub(super) limit: usize,
}

/// Asks the engine for the hits that this reader may see.
pub(super) async fn find(app: &App, reader: &Reader, request: SearchRequest) -> Result<Found, Problem> {
    let SearchRequest { kind, words, mut filters, near, sort, facets, place, limit } = request;
    for handle in &words.from {
        let author = author(app, reader, handle).await?;
        filters.authors.get_or_insert_default().extend(author);
    }
    let access = match reader.viewer() {
        None => Access::default(),
        Some(viewer) => {
            let (mut follows, hidden) = app.read(|| posts::query::access(&app.reads, viewer)).await?;
            follows.push(viewer);
            Access { follows, hidden }
        }
    };
    let CursorPlace { offset, .. } = place;
    let (closeness, now) = (app.part::<Search>().embedder.closeness(), place.now());
    let query = Query { kind, words, filters, access, sort, near, closeness, now, offset, limit, facets };
    match tokio::time::timeout(PATIENCE, app.part::<Search>().engine.find(query)).await {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(EngineError::Busy)) => {
            Err(Problem::unavailable("busy", "Many search at once. Repeat the request in a moment."))
        }
        Ok(Err(error)) => Err(away(&error)),
        Err(_elapsed) => Err(away(&EngineError::Away("no answer".to_owned()))),
    }
}

/// Asks the embedder for the vector of the words in the search field; `None` if the field has no words.
pub(super) async fn near(app: &App, words: &Words) -> Result<Option<Near>, Problem> {
    let written: Vec<_> = words.words.iter().map(|word| word.written.as_str()).collect();
    if written.is_empty() {
        return Ok(None);
    }
    let embedded = app.part::<Search>().embedder.embed(vec![written.join(" ")]);
    let why = match tokio::time::timeout(EMBEDDER_PATIENCE, embedded).await {
        Ok(Ok(vectors)) => return Ok(vectors.into_iter().next().map(Near::Vector)),
        Ok(Err(error)) => error.to_string(),
        Err(_elapsed) => "no answer".to_owned(),
    };
    tracing::error!(why, embedder = app.part::<Search>().embedder.name(), "what was asked has no vector");
    Err(Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "embedder_unavailable",
        "What tells closeness can't be reached. Repeat the request in a moment, or with `mode=keyword`.",
    )
    .retry_after(5))
}

/// Returns the id of the post that was hit.
pub(super) fn post_of(hit: &Hit) -> Option<PostId> {
    match hit.key {
        Key::Post(id) => Some(PostId(id)),
        Key::Person(_) | Key::Tag(_) => None,
    }
}

/// Returns the id of the person with this handle, if the reader may see one.
pub(super) async fn author(app: &App, reader: &Reader, handle: &str) -> Result<Option<UserId>, Problem> {
    let key = Handle::key_of(handle);
    let person = app.read(|| profiles::query::by_handle_key(&app.reads, &key, reader.viewer())).await?;
    Ok(person.map(|person| person.id))
}

fn away(error: &EngineError) -> Problem {
    tracing::error!(%error, "a search failed");
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "search_unavailable",
        "Search can't be reached. Repeat the request in a moment.",
    )
    .retry_after(2)
}
