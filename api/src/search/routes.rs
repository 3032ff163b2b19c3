//! People and tags found by words.

use super::dto::{FoundPerson, FoundTag, Marker, PersonHighlights, Results};
use super::find::{self, CursorPlace, PageRequest, SearchRequest};
use super::meant::meant;
use crate::app::App;
use crate::edge::list::{Limit, Paged};
use crate::edge::{Fresh, Listing, Problem, Reader};
use crate::users::dto::Person;
use axum::extract::State;
use axum::response::Response;
use domain::value::UserId;
use projections::profiles;
use projections::search::engine::{Filters, Found, Key, Kind, Sort};
use projections::search::feed;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

/// The query string of a search for people or tags.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NameSearch {
    /// Words that must all be found, also inside longer ones, or as initial consonants (ㄱㄱ finds 감귤).
    #[param(example = "ㄱㄱ")]
    pub q: Option<String>,
    /// The page's limit: how many items at most.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 100, default = 20, required = false)]
    pub limit: Limit,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl NameSearch {
    fn page_request(&self, list: &str) -> PageRequest<'_> {
        PageRequest {
            list: list.to_owned(),
            q: self.q.as_deref(),
            cursor: self.cursor.as_deref(),
            limit: self.limit,
        }
    }
}

impl Paged for NameSearch {
    fn limit(&self) -> Limit {
        self.limit
    }

    fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }
}

/// Search people
///
/// People are found by handle, name, and what they say of themselves.
#[utoipa::path(
    get, path = "/v1/search/people", tag = "search",
    params(NameSearch),
    responses((status = 200, description = "Who was found.", body = Results<FoundPerson>)),
    security((), ("bearer" = []))
)]
pub async fn search_people(
    State(app): State<App>,
    listing: Listing<NameSearch>,
    reader: Reader,
) -> Result<Response, Problem> {
    let (fresh, found) = people(&app, &reader, &listing.query).await?;
    Ok(listing.answer_as(fresh, found.next_cursor.clone().as_deref(), found))
}

/// Returns the people whom a search finds.
///
/// # Errors
/// The same as those of [`super::posts::posts`].
pub async fn people(
    app: &App,
    reader: &Reader,
    query: &NameSearch,
) -> Result<(Fresh, Results<FoundPerson>), Problem> {
    let fresh = find::see(app, reader, &["profiles"]).await;
    let page_request = query.page_request("search_people");
    let Names { found, marker, place, suggestion } = names(app, reader, &page_request, Kind::People).await?;
    let ids: Vec<_> = found.hits.iter().filter_map(|hit| person_of(&hit.key)).collect();
    let people = app.read(|| profiles::query::cards(&app.reads, &ids, reader.viewer())).await?;
    let items = people.into_iter().map(Person::from).map(|person| FoundPerson {
        highlights: PersonHighlights {
            handle: marker.mark(&person.handle),
            display_name: marker.mark(&person.display_name),
            bio: marker.excerpt(&person.bio),
        },
        person,
    });
    let results = page_request.results(app, place, &found, items.collect());
    Ok((fresh, Results { suggestion, ..results }))
}

/// Search tags
#[utoipa::path(
    get, path = "/v1/search/tags", tag = "search",
    params(NameSearch),
    responses((status = 200, description = "What was found.", body = Results<FoundTag>)),
    security((), ("bearer" = []))
)]
pub async fn search_tags(
    State(app): State<App>,
    listing: Listing<NameSearch>,
    reader: Reader,
) -> Result<Response, Problem> {
    let (fresh, found) = tags(&app, &reader, &listing.query).await?;
    Ok(listing.answer_as(fresh, found.next_cursor.clone().as_deref(), found))
}

/// Returns the tags that a search finds.
///
/// # Errors
/// The same as those of [`super::posts::posts`].
pub async fn tags(
    app: &App,
    reader: &Reader,
    query: &NameSearch,
) -> Result<(Fresh, Results<FoundTag>), Problem> {
    let fresh = find::see(app, reader, &["search"]).await;
    let page_request = query.page_request("search_tags");
    let Names { found, marker, place, suggestion } = names(app, reader, &page_request, Kind::Tags).await?;
    let ids: Vec<_> = found.hits.iter().filter_map(|hit| tag_of(&hit.key)).collect();
    let counted = app.read(|| feed::tags(&app.reads, &ids)).await?;
    let items = counted.into_iter().map(|counted| FoundTag {
        highlighted: marker.mark(&counted.tag),
        tag: counted.tag,
        post_count: counted.post_count,
    });
    let results = page_request.results(app, place, &found, items.collect());
    Ok((fresh, Results { suggestion, ..results }))
}

struct Names {
    found: Found,
    marker: Marker,
    place: CursorPlace,
    suggestion: Option<String>,
}

async fn names(
    app: &App,
    reader: &Reader,
    page_request: &PageRequest<'_>,
    kind: Kind,
) -> Result<Names, Problem> {
    let words = find::names(page_request.q)?;
    let (marker, place) = (Marker::of(&words), page_request.place()?);
    let (filters, sort, limit) = (Filters::default(), Sort::Relevance, page_request.limit.into());
    let request = SearchRequest { kind, words, filters, near: None, sort, facets: false, place, limit };
    let found = find::find(app, reader, request).await?;
    let suggestion = meant(app, reader, page_request, (kind, Filters::default()), &found).await;
    Ok(Names { found, marker, place, suggestion })
}

/// Returns the id of the person that was found.
pub(super) fn person_of(key: &Key) -> Option<UserId> {
    match key {
        Key::Person(id) => Some(UserId(*id)),
        Key::Post(_) | Key::Tag(_) => None,
    }
}

/// Returns the id of the tag that was found.
pub(super) fn tag_of(key: &Key) -> Option<Uuid> {
    match key {
        Key::Tag(id) => Some(*id),
        Key::Post(_) | Key::Person(_) => None,
    }
}
