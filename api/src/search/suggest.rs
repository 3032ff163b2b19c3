//! Suggestions: queries, people and tags that a person may be about to type.

use super::find::{self, PageRequest, SearchRequest};
use super::routes::{person_of, tag_of};
use crate::app::App;
use crate::edge::list::Limit;
use crate::edge::{Author, Listing, Problem, Reader};
use crate::searches::PopularSearches;
use axum::extract::State;
use axum::response::Response;
use projections::profiles;
use projections::search::engine::{Filters, Found, Kind, Sort};
use projections::search::feed;
use projections::searches::query as searches;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use utoipa::{IntoParams, ToSchema};

/// The query string of suggestions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SuggestQuery {
    /// The text typed so far; its last syllable may be half there.
    #[param(example = "감ㄱ")]
    #[serde(default)]
    q: String,
    /// The most items of each kind.
    #[serde(default = "few")]
    #[param(value_type = u32, minimum = 1, maximum = 100, default = 5, required = false)]
    limit: Limit,
}

fn few() -> Limit {
    Limit::try_from(5).expect("a few")
}

/// Suggestions of what a person may be about to type.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Suggestions {
    /// People by handle or name.
    pub people: Vec<Author>,
    /// Tags that posts for everyone carry.
    pub tags: Vec<SuggestedTag>,
    /// The caller's earlier queries, then queries of many people; with nothing typed the latest and the most
    /// frequent.
    pub queries: Vec<SuggestedQuery>,
}

/// A query of an earlier search.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuggestedQuery {
    /// The query, to be searched for again.
    #[schema(example = "감귤 -광고")]
    pub query: String,
    /// True if the caller has searched for this query.
    pub by_me: bool,
}

/// A tag to look for.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuggestedTag {
    /// The tag, without `#`.
    #[schema(example = "감귤")]
    pub tag: String,
    /// The number of posts that carry the tag.
    pub post_count: i64,
}

/// Suggest people, tags and earlier searches while one types
///
/// The last word may be half there (감ㄱ), or typed with the keyboard left in English (rkar). The words before
/// the last must be found, too.
#[utoipa::path(
    get, path = "/v1/search/suggest", tag = "search",
    params(SuggestQuery),
    responses((status = 200, description = "A few of each.", body = Suggestions)),
    security((), ("bearer" = []))
)]
pub async fn suggest(
    State(app): State<App>,
    listing: Listing<SuggestQuery>,
    reader: Reader,
) -> Result<Response, Problem> {
    let SuggestQuery { q, limit } = &listing.query;
    let fresh = find::see(&app, &reader, &["profiles", "searches"]).await;
    let queries = queries(&app, &reader, q, (*limit).into()).await?;
    if q.trim().is_empty() {
        return Ok(fresh.json(Suggestions { queries, ..Suggestions::default() }));
    }
    let (people, tags) = tokio::try_join!(
        named(&app, &reader, q, *limit, Kind::People),
        named(&app, &reader, q, *limit, Kind::Tags)
    )?;
    let people: Vec<_> = people.hits.iter().filter_map(|hit| person_of(&hit.key)).collect();
    let tags: Vec<_> = tags.hits.iter().filter_map(|hit| tag_of(&hit.key)).collect();
    let (people, tags) = tokio::try_join!(
        app.read(|| profiles::query::cards(&app.reads, &people, reader.viewer())),
        app.read(|| feed::tags(&app.reads, &tags))
    )?;
    let person = |person: profiles::Person| Author::new(person.id, person.handle, person.display_name);
    let tag = |tag: projections::search::engine::TagDocument| SuggestedTag {
        tag: tag.tag,
        post_count: tag.post_count,
    };
    Ok(fresh.json(Suggestions {
        people: people.into_iter().map(person).collect(),
        tags: tags.into_iter().map(tag).collect(),
        queries,
    }))
}

/// Returns the earlier queries that hold the typed text, each once.
///
/// # Errors
/// The database's errors.
pub async fn queries(
    app: &App,
    reader: &Reader,
    typed: &str,
    limit: usize,
) -> Result<Vec<SuggestedQuery>, Problem> {
    let own = match reader.viewer() {
        Some(me) => app.read(|| searches::recent(&app.reads, me, typed, limit)).await?,
        None => vec![],
    };
    let popular = app.part::<PopularSearches>().matching(app, typed, limit).await?;
    let mut known = HashSet::new();
    let own = own.into_iter().map(|search| SuggestedQuery { query: search.query, by_me: true });
    let popular = popular.into_iter().map(|query| SuggestedQuery { query, by_me: false });
    let once = own.chain(popular).filter(|suggested| known.insert(searches::key(&suggested.query)));
    Ok(once.take(limit).collect())
}

async fn named(app: &App, reader: &Reader, q: &str, limit: Limit, kind: Kind) -> Result<Found, Problem> {
    let mut words = find::names(Some(q))?;
    words.is_unfinished = true;
    let page_request = PageRequest { list: "suggest".to_owned(), q: None, cursor: None, limit };
    let (filters, sort, place) = (Filters::default(), Sort::Relevance, page_request.place()?);
    find::find(
        app,
        reader,
        SearchRequest { kind, words, filters, near: None, sort, facets: false, place, limit: limit.into() },
    )
    .await
}
