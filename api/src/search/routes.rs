//! People and tags by words.

use super::dto::{FoundPerson, FoundTag, Marker, PersonHighlights, Results};
use super::find::{self, Asked, Place};
use crate::app::App;
use crate::edge::list::{Limit, Paged};
use crate::edge::{Listing, Problem, Reader, cursor};
use crate::users::dto::Person;
use axum::extract::State;
use axum::response::Response;
use domain::value::UserId;
use projections::profiles;
use projections::search::engine::{Filters, Found, Key, Kind, Sort};
use projections::search::feed;
use projections::search::text::as_hangul;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

/// The query string of a search for people or tags.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NameSearch {
    /// Words that must all be found, also inside longer ones, or as initial consonants (ㄱㄱ finds 감귤).
    #[param(example = "ㄱㄱ")]
    q: Option<String>,
    /// How many items at most.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 100, default = 20, required = false)]
    limit: Limit,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
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
/// By handle, name, and what they say of themselves.
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
    const LIST: &str = "search_people";
    let fresh = find::see(&app, &reader, "profiles").await;
    let Names { found, marker, place } = names(&app, &reader, &listing, LIST, Kind::People).await?;
    let ids: Vec<_> = found.hits.iter().filter_map(|hit| person_of(&hit.key)).collect();
    let people = app.read(|| profiles::query::cards(&app.pool, &ids, reader.viewer())).await?;
    let items = people.into_iter().map(Person::from).map(|person| FoundPerson {
        highlights: PersonHighlights {
            handle: marker.mark(&person.handle),
            display_name: marker.mark(&person.display_name),
            bio: marker.excerpt(&person.bio),
        },
        person,
    });
    Ok(fresh.json(results(&app, &listing, LIST, &found, place, items.collect())))
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
    const LIST: &str = "search_tags";
    let fresh = find::see(&app, &reader, "search").await;
    let Names { found, marker, place } = names(&app, &reader, &listing, LIST, Kind::Tags).await?;
    let ids: Vec<_> = found.hits.iter().filter_map(|hit| tag_of(&hit.key)).collect();
    let counted = app.read(|| feed::tags(&app.pool, &ids)).await?;
    let items = counted.into_iter().map(|counted| FoundTag {
        highlighted: marker.mark(&counted.tag),
        tag: counted.tag,
        post_count: counted.post_count,
    });
    Ok(fresh.json(results(&app, &listing, LIST, &found, place, items.collect())))
}

struct Names {
    found: Found,
    marker: Marker,
    place: Place,
}

async fn names(
    app: &App,
    reader: &Reader,
    listing: &Listing<NameSearch>,
    list: &str,
    kind: Kind,
) -> Result<Names, Problem> {
    let mut words = find::words(listing.query.q.as_deref())?;
    // A name has no author, and a tag is one with or without its mark.
    words.from.clear();
    for tag in std::mem::take(&mut words.tags) {
        words.words.extend(find::words(Some(&tag))?.words);
    }
    let (marker, place) = (Marker::of(&words), Place::of(listing, list)?);
    let (filters, sort, limit) = (Filters::default(), Sort::Relevance, listing.limit());
    let asked = Asked { kind, words, filters, sort, facets: false, place, limit };
    Ok(Names { found: find::find(app, reader, asked).await?, marker, place })
}

fn results<T>(
    app: &App,
    listing: &Listing<NameSearch>,
    list: &str,
    found: &Found,
    place: Place,
    items: Vec<T>,
) -> Results<T> {
    let next = place.next(found.hits.len(), listing.limit());
    Results {
        items,
        next_cursor: next.map(|next| cursor::write(list, &next)),
        total: found.total,
        facets: None,
        suggestion: listing.query.q.as_deref().and_then(as_hangul),
        engine: app.search.engine.name(),
    }
}

fn person_of(key: &Key) -> Option<UserId> {
    match key {
        Key::Person(id) => Some(UserId(*id)),
        Key::Post(_) | Key::Tag(_) => None,
    }
}

fn tag_of(key: &Key) -> Option<Uuid> {
    match key {
        Key::Tag(id) => Some(*id),
        Key::Post(_) | Key::Person(_) => None,
    }
}
