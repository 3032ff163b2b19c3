//! The explorer of the log: the newest events first, narrowed down as one asks.

use super::frame::{Frame, Tab};
use super::seat::Seat;
use crate::app::App;
use crate::edge::{Problem, list};
use crate::events::EventsQuery;
use askama::Template;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use chrono::NaiveDate;
use domain::Event;
use form_urlencoded::{Serializer, parse};
use history::{Filter, LogEvent};
use projections::Position;
use std::time::{Duration, Instant};

const PAGE: usize = 50;
/// The time that rare events are looked for before one is asked whether to go on.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Template)]
#[template(path = "console/templates/events.html")]
struct EventsPage {
    frame: Frame,
    /// Each kind of aggregate with its events' types.
    types: Vec<(&'static str, Vec<&'static str>)>,
    criteria: Vec<(String, String)>,
    events: Vec<LogEvent>,
    /// The address where the list goes on, and the position there.
    older: Option<(String, Position)>,
}

pub(super) async fn events(State(app): State<App>, seat: Seat) -> Response {
    let page = shown(&app, &seat).await;
    seat.answer(&app, Tab::Events, page)
}

async fn shown(app: &App, seat: &Seat) -> Result<EventsPage, Problem> {
    // A field that a form leaves empty asks for nothing.
    let given = parse(seat.uri.query().unwrap_or_default().as_bytes());
    let criteria: Vec<(String, String)> = given
        .filter(|(_, value)| !value.trim().is_empty())
        .map(|(n, v)| (n.into(), v.trim().into()))
        .collect();
    let in_seoul: Vec<_> = criteria.iter().map(|(name, value)| (name.clone(), moment(value))).collect();
    let query: EventsQuery = list::query(&address(&in_seoul, None))?;
    let (filter, after) = query.filter(app).await?;
    let before = match query.before() {
        Some(before) => before,
        None => app.log.head().await?,
    };
    let (events, down_to) = found(app, &filter, after, before).await?;
    let older = down_to.map(|position| (address(&criteria, Some(position)).to_string(), position));
    let mut types: Vec<(&'static str, Vec<&'static str>)> = vec![];
    for (aggregate, event_type, _) in Event::types() {
        match types.last_mut() {
            Some((last, of_it)) if *last == aggregate => of_it.push(event_type),
            _ => types.push((aggregate, vec![event_type])),
        }
    }
    Ok(EventsPage { frame: Frame::of(seat, Tab::Events, ""), types, criteria, events, older })
}

/// The time at which a day begins in Seoul, as all times are shown; any other text stays as it is.
fn moment(value: &str) -> String {
    match value.parse::<NaiveDate>() {
        Ok(day) => format!("{day}T00:00:00+09:00"),
        Err(_) => value.to_owned(),
    }
}

/// Finds a page of events, and the position where the list goes on.
async fn found(
    app: &App,
    filter: &Filter,
    after: Position,
    mut before: Position,
) -> Result<(Vec<LogEvent>, Option<Position>), Problem> {
    let begun = Instant::now();
    let mut events = vec![];
    loop {
        let page = app.log.read_back(filter, after, before, PAGE - events.len()).await?;
        events.extend(page.events);
        before = page.up_to;
        if page.is_last {
            return Ok((events, None));
        }
        if events.len() >= PAGE || begun.elapsed() > PATIENCE {
            return Ok((events, Some(before)));
        }
    }
}

/// The address of the same filter, going on at that position.
fn address(criteria: &[(String, String)], before: Option<Position>) -> Uri {
    let mut query = Serializer::new(String::new());
    query.extend_pairs(criteria.iter().filter(|(name, _)| name != "before" || before.is_none()));
    if let Some(before) = before {
        query.append_pair("before", &before.to_string());
    }
    format!("/console/events?{}", query.finish()).parse().expect("it is encoded")
}

impl EventsPage {
    /// The text in a field of the form.
    fn value(&self, name: &str) -> &str {
        self.criteria.iter().find(|(criterion, _)| criterion == name).map_or("", |(_, value)| value)
    }

    /// The type of a field: one of days can't hold a time.
    fn kind(&self, name: &str) -> &'static str {
        let value = self.value(name);
        if value.is_empty() || value.parse::<NaiveDate>().is_ok() { "date" } else { "text" }
    }

    fn payload(&self, event: &LogEvent) -> String {
        let value: serde_json::Value = serde_json::from_str(event.payload.get()).unwrap_or_default();
        serde_json::to_string_pretty(&value).unwrap_or_default()
    }

    fn by(&self, event: &LogEvent) -> Option<String> {
        event.actor.map(|actor| actor.to_string())
    }
}
