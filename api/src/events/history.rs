//! The history of one aggregate.

use super::dto::{History, HistoryStep};
use crate::app::App;
use crate::edge::caller::must_read_history;
use crate::edge::list::{self, Limit, Paged};
use crate::edge::{Listing, Person, Problem, cursor};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use history::{At, Story};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

const LIST: &str = "history";

/// The query string of a history.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    /// The version or time (RFC 3339) up to which events are read, and the state of the aggregate then.
    #[param(example = "2026-11-22T09:00:00Z")]
    at: Option<String>,
    /// The page's limit: how many items at most.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 100, default = 20, required = false)]
    limit: Limit,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

impl Paged for HistoryQuery {
    fn limit(&self) -> Limit {
        self.limit
    }

    fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }
}

/// Read one aggregate's history
///
/// Needs the role `analyst` or `admin`. The history has each event with what it changed, and the aggregate's
/// state at any version or time.
#[utoipa::path(
    get, path = "/v1/history/{aggregate}/{id}", tag = "events",
    params(
        ("aggregate" = String, Path, description = "Which kind of thing: `post`, `user`, …", example = "post"),
        ("id" = Uuid, Path, description = "Which one."),
        HistoryQuery
    ),
    responses((status = 200, description = "The history.", body = History)),
    security(("bearer" = ["analyst"]), ("bearer" = ["admin"]))
)]
pub async fn get_history(
    State(app): State<App>,
    person: Person,
    path: Result<Path<(String, String)>, axum::extract::rejection::PathRejection>,
    listing: Listing<HistoryQuery>,
) -> Result<Response, Problem> {
    must_read_history(&person.user)?;
    let Ok(Path((aggregate_type, id))) = path else {
        return Err(Problem::bad_request("invalid_path", "The path is not percent-encoded UTF-8."));
    };
    let nothing = || Problem::not_found("history_not_found", "There is no such thing, and never was.");
    let aggregate_id: Uuid = id.parse().map_err(|_| nothing())?;
    let at = listing.query.at.as_deref().map(at).transpose()?;
    let after: i64 = listing.after(LIST)?.unwrap_or(0);
    let pages = &app.log;
    let story = pages.story(&aggregate_type, aggregate_id, at, after, listing.limit()).await?;
    let Story { steps, has_more, version, state } = story.ok_or_else(nothing)?;
    if version == 0 && at.is_none() {
        return Err(nothing());
    }
    let last = steps.last().map(|step| step.event.sequence);
    let next_cursor = last.filter(|_| has_more).map(|last| cursor::write(LIST, &last));
    let items = steps.into_iter().map(HistoryStep::from).collect();
    let body = History { aggregate_type, aggregate_id, version, state, items, next_cursor };
    Ok(listing.linked(body.next_cursor.as_deref(), Json(&body).into_response()))
}

/// Parses a version, or a time.
fn at(text: &str) -> Result<At, Problem> {
    if let Ok(version) = text.parse() {
        return Ok(At::Version(version));
    }
    list::moment(text).map(At::Time).ok_or_else(|| {
        let detail = "must be a version such as 3, a day, or a time such as 2026-11-22T09:00:00Z";
        Problem::bad_parameter("at", "invalid_time", detail)
    })
}
