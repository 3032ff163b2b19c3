//! The history of one aggregate: what happened to it, and what it was after each event.

use super::frame::{Frame, Tab};
use super::seat::Seat;
use crate::app::App;
use crate::edge::{Problem, list};
use askama::Template;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::Event;
use domain::user::HANDLE;
use domain::value::Handle;
use history::{At, Step, Story};
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashSet;
use uuid::Uuid;

/// The number of events shown before and after the one that is looked at.
const AROUND: i64 = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FindQuery {
    #[serde(default)]
    aggregate: String,
    #[serde(default)]
    id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VersionQuery {
    at: Option<i64>,
}

#[derive(Template)]
#[template(path = "console/templates/find.html")]
struct FindPage {
    frame: Frame,
    aggregates: &'static [&'static str],
}

#[derive(Template)]
#[template(path = "console/templates/thing.html")]
struct HistoryPage {
    frame: Frame,
    aggregate: String,
    id: Uuid,
    /// The version that is looked at, and the last one.
    at: i64,
    last: i64,
    steps: Vec<Step>,
    /// The parts of the state: each one's name, its value, and whether the event that is looked at changed
    /// it.
    state: Vec<(String, String, bool)>,
}

/// The form that finds an aggregate, or a redirect to its history.
pub(super) async fn find(State(app): State<App>, seat: Seat) -> Response {
    let page = match list::query::<FindQuery>(&seat.uri) {
        Ok(query) if !query.id.trim().is_empty() => match named(&app, &query).await {
            Ok(address) => return Redirect::to(&address).into_response(),
            Err(problem) => Err(problem),
        },
        Ok(_) => Ok(FindPage { frame: Frame::of(&seat, Tab::History, ""), aggregates: Event::aggregates() }),
        Err(problem) => Err(problem),
    };
    seat.answer(&app, Tab::History, page)
}

/// The address of the history that was asked for; a person may be named by handle.
async fn named(app: &App, query: &FindQuery) -> Result<String, Problem> {
    let id = query.id.trim();
    let known = Event::aggregates().iter().find(|known| **known == query.aggregate).ok_or_else(nothing)?;
    if let Ok(id) = id.parse::<Uuid>() {
        return Ok(format!("/console/history/{known}/{id}"));
    }
    let key = Handle::key_of(id.trim_start_matches('@'));
    match *known {
        "user" => {
            let user = app.executor.claimed(HANDLE, &key).await?.ok_or_else(nothing)?;
            Ok(format!("/console/history/user/{user}"))
        }
        _ => Err(nothing()),
    }
}

fn nothing() -> Problem {
    Problem::not_found(
        "history_not_found",
        "There is no such thing, and never was. Check its kind and its id.",
    )
}

pub(super) async fn history(
    State(app): State<App>,
    seat: Seat,
    path: Result<Path<(String, Uuid)>, PathRejection>,
) -> Response {
    let page = match path {
        Ok(Path((aggregate, id))) => shown(&app, &seat, aggregate, id).await,
        Err(_) => Err(nothing()),
    };
    seat.answer(&app, Tab::History, page)
}

async fn shown(app: &App, seat: &Seat, aggregate: String, id: Uuid) -> Result<HistoryPage, Problem> {
    if !Event::aggregates().contains(&aggregate.as_str()) {
        return Err(nothing());
    }
    let VersionQuery { at } = list::query(&seat.uri)?;
    let last = app.log.version(&aggregate, id).await?.ok_or_else(nothing)?;
    let at = at.unwrap_or(last).clamp(0, last);
    let story = async |until: i64, after: i64, limit: i64| {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let story = app.log.story(&aggregate, id, Some(At::Version(until)), after, limit).await?;
        story.ok_or_else(nothing)
    };
    let first = (at - AROUND).max(0);
    let until = (at + AROUND).min(last);
    let Story { steps, state, .. } = story(until, first, 2 * AROUND).await?;
    let state = if at == until { state } else { story(at, at, 0).await?.state };
    let looked_at = steps.iter().find(|step| step.event.sequence == at);
    let changed: HashSet<String> = looked_at.map(changed).unwrap_or_default();
    let fields = state.as_object().into_iter().flatten();
    let part = |(name, value): (&String, &Value)| (name.clone(), written(value), changed.contains(name));
    let state = fields.map(part).collect();
    let frame = Frame::of(seat, Tab::History, &format!("{aggregate} {id}"));
    Ok(HistoryPage { frame, aggregate, id, at, last, steps, state })
}

/// A value as one reads it: texts stay as they are.
fn written(value: &Value) -> String {
    let text = value.as_str().map(ToOwned::to_owned);
    text.unwrap_or_else(|| serde_json::to_string_pretty(value).unwrap_or_default())
}

/// The names of the parts that a step changed.
fn changed(step: &Step) -> HashSet<String> {
    let paths = step.changes.iter().map(|change| change.path().to_string());
    paths.filter_map(|path| path.split('/').nth(1).map(str::to_owned)).collect()
}

impl HistoryPage {
    /// The changes of a step: where, and to what.
    fn changes(&self, step: &Step) -> Vec<(String, String)> {
        let changes = serde_json::to_value(&step.changes).unwrap_or_default();
        let each = changes.as_array().into_iter().flatten().map(|change| {
            let path = change["path"].as_str().unwrap_or_default().trim_start_matches('/').to_owned();
            let value = if change["op"] == "remove" { "∅".to_owned() } else { written(&change["value"]) };
            (path, value)
        });
        each.collect()
    }

    fn is_reached(&self, step: &Step) -> bool {
        step.event.sequence <= self.at
    }

    fn is_looked_at(&self, step: &Step) -> bool {
        step.event.sequence == self.at
    }
}
