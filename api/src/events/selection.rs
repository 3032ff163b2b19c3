//! The selection of events that a request asks for.

use crate::app::App;
use crate::edge::list::Paged;
use crate::edge::{Listing, Problem, list};
use axum::http::HeaderMap;
use domain::Event;
use history::Filter;
use projections::Position;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

/// The header in which a client's own `EventSource` tells what it saw last.
const LAST_EVENT_ID: &str = "last-event-id";

/// The query string of the log.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// The position after which events are given.
    after: Option<i64>,
    /// The position up to which events are given, itself included.
    before: Option<i64>,
    /// The time (RFC 3339) from which events are given, by when they were stored.
    since: Option<String>,
    /// The time (RFC 3339) before which the events were stored.
    until: Option<String>,
    /// The types of aggregates, commas between them; their events alone are given: `post,comment`.
    aggregate: Option<String>,
    /// The id of an aggregate; its events alone are given.
    id: Option<Uuid>,
    /// The event types, commas between them; such events alone are given: `PostPublished,Liked`.
    #[serde(rename = "type")]
    #[param(rename = "type")]
    event_type: Option<String>,
    /// The actor, a person or an alias; what they did alone is given.
    actor: Option<Uuid>,
    /// The page's limit, for a page of JSON: how many items at most.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 100, default = 20, required = false)]
    limit: list::Limit,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

impl Paged for EventsQuery {
    fn limit(&self) -> list::Limit {
        self.limit
    }

    fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }
}

impl EventsQuery {
    /// The position up to which events are given, itself included.
    pub(crate) fn before(&self) -> Option<Position> {
        self.before
    }

    /// The filter of the events, and the position after which they begin.
    ///
    /// # Errors
    /// 400 for names and times that mean nothing.
    pub(crate) async fn filter(&self, app: &App) -> Result<(Filter, Position), Problem> {
        let known_types: Vec<_> = Event::types().map(|(_, event_type, _)| event_type).collect();
        let mut filter = Filter {
            aggregate_types: names("aggregate", self.aggregate.as_deref(), Event::aggregates())?,
            aggregate_id: self.id,
            event_types: names("type", self.event_type.as_deref(), &known_types)?,
            actor: self.actor,
            until: None,
        };
        if let Some(until) = list::time("until", self.until.as_deref())? {
            filter.until = Some(app.log.before(until).await?);
        }
        // An aggregate is found by its id in no time, where its type is known.
        if filter.aggregate_id.is_some() && filter.aggregate_types.is_none() {
            filter.aggregate_types =
                Some(Event::aggregates().iter().map(|&known| known.to_owned()).collect());
        }
        let mut after = self.after.unwrap_or(0).max(0);
        if let Some(since) = list::time("since", self.since.as_deref())? {
            after = after.max(app.log.before(since).await?);
        }
        Ok((filter, after))
    }
}

/// The selection that a request asks for.
#[derive(Clone, Debug)]
pub(super) struct EventSelection {
    pub(super) filter: Filter,
    /// The position after which events are given.
    pub(super) after: Position,
}

/// The list's name in cursors.
pub(super) const LIST: &str = "events";

impl EventSelection {
    pub(super) async fn of(
        app: &App,
        listing: &Listing<EventsQuery>,
        headers: &HeaderMap,
    ) -> Result<Self, Problem> {
        let query = &listing.query;
        let (mut filter, mut after) = query.filter(app).await?;
        if let Some(before) = query.before {
            filter.until = Some(filter.until.map_or(before, |until| until.min(before)));
        }
        let seen =
            headers.get(LAST_EVENT_ID).map(|value| value.to_str().ok().and_then(|text| text.parse().ok()));
        match seen {
            Some(Some(seen)) => after = seen,
            Some(None) => {
                return Err(Problem::bad_parameter("Last-Event-ID", "not_a_position", "must be a position"));
            }
            None => {}
        }
        if let Some(cursor) = listing.after(LIST)? {
            after = cursor;
        }
        Ok(Self { filter, after })
    }
}

fn names(
    parameter: &'static str,
    given: Option<&str>,
    known: &[&str],
) -> Result<Option<Vec<String>>, Problem> {
    let Some(given) = given else { return Ok(None) };
    let names: Vec<String> = given.split(',').map(|name| name.trim().to_owned()).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
        let detail = format!("names {unknown:?}, but there are only {}", known.join(", "));
        return Err(Problem::bad_parameter(parameter, "unknown_name", detail));
    }
    Ok(Some(names))
}
