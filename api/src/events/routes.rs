//! The routes of the log.

use super::dto::{Event, EventPage, Schema};
use super::live;
use super::selection::{EventSelection, EventsQuery, LIST};
use crate::app::App;
use crate::edge::caller::must_read_history;
use crate::edge::{List, Listing, Person, Problem, cursor};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::schema::event_schemas;

/// Read the log
///
/// Needs the role `analyst` or `admin`. The answer has every event there ever was, in the order in which
/// things happened, in the form that `Accept` asks for:
///
/// - `application/json`: pages. A page may be short or empty although more follow: rare events are looked for
///   piece by piece.
/// - `application/x-ndjson`: all events up to now, one a line.
/// - `text/event-stream`: all events, and then those from now on. Each message's id is its position, so
///   `Last-Event-ID` goes on where a stream was cut off; a `heartbeat` comes every few seconds and carries
///   the position up to where nothing more was meant for you. The stream ends, with a message `end` whose
///   data is a problem, when your token expires or the role is revoked.
///
/// Text that was masked because its person was forgotten is masked here. People who act anonymously are known
/// by an alias only.
#[utoipa::path(
    get, path = "/v1/events", tag = "events",
    params(EventsQuery, ("Last-Event-ID" = Option<i64>, Header, description = "Only events after this position.")),
    responses((status = 200, description = "Events.", content(
        (EventPage = "application/json"),
        (Event = "application/x-ndjson"),
        (Event = "text/event-stream")
    ))),
    security(("bearer" = ["analyst"]), ("bearer" = ["admin"]))
)]
pub async fn list_events(
    State(app): State<App>,
    person: Person,
    headers: HeaderMap,
    listing: Listing<EventsQuery>,
) -> Result<Response, Problem> {
    must_read_history(&person.user)?;
    let selection = EventSelection::of(&app, &listing, &headers).await?;
    match Form::of(&headers)? {
        Form::Page => page(&app, &listing, selection).await,
        Form::Lines => live::lines(app, person.id, headers, selection).await,
        Form::Live if selection.filter.until.is_some() => Err(Problem::bad_request(
            "endless",
            "A stream that goes on has no end. Leave `until` and `before` out, or take application/x-ndjson.",
        )),
        Form::Live => live::messages(app, person.id, headers, selection),
    }
}

/// List the events' schemas
///
/// Needs the role `analyst` or `admin`. The list has every version of every event, older ones first.
#[utoipa::path(
    get, path = "/v1/events/schemas", tag = "events",
    responses((status = 200, description = "JSON Schemas.", body = List<Schema>)),
    security(("bearer" = ["analyst"]), ("bearer" = ["admin"]))
)]
pub async fn list_event_schemas(person: Person) -> Result<Json<List<Schema>>, Problem> {
    must_read_history(&person.user)?;
    Ok(Json(List { items: event_schemas().iter().map(Schema::from).collect(), next_cursor: None }))
}

/// The form in which events are to come.
enum Form {
    Page,
    Lines,
    Live,
}

impl Form {
    fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let accept = headers.get(header::ACCEPT).map_or(Ok(""), HeaderValue::to_str).unwrap_or_default();
        let accepts = |kinds: &[&str]| {
            let mut given = accept.split(',').map(|kind| kind.split(';').next().unwrap_or_default().trim());
            given.any(|kind| kinds.contains(&kind))
        };
        if accepts(&["text/event-stream"]) {
            Ok(Self::Live)
        } else if accepts(&["application/x-ndjson", "application/jsonl"]) {
            Ok(Self::Lines)
        } else if accept.is_empty() || accepts(&["application/json", "application/*", "*/*"]) {
            Ok(Self::Page)
        } else {
            let detail = "Events come as application/json, application/x-ndjson or text/event-stream.";
            Err(Problem::new(StatusCode::NOT_ACCEPTABLE, "not_acceptable", detail))
        }
    }
}

async fn page(
    app: &App,
    listing: &Listing<EventsQuery>,
    selection: EventSelection,
) -> Result<Response, Problem> {
    let page = app.log.read(&selection.filter, selection.after, listing.limit()).await?;
    let next_cursor = (!page.is_last).then(|| cursor::write(LIST, &page.up_to));
    let body = EventPage {
        items: page.events.into_iter().map(Event::from).collect(),
        next_cursor,
        up_to: page.up_to,
    };
    Ok(listing.linked(body.next_cursor.as_deref(), Json(&body).into_response()))
}
