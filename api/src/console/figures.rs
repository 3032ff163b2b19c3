//! Plots of what happens: counted for everyone at once and kept for a while, drawn for whoever looks.

use super::draw::{self, Bars};
use super::frame::{Frame, Tab};
use super::seat::Seat;
use super::text::Text;
use crate::app::App;
use crate::edge::Problem;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use infra::history::{Cohort, Counts};
use projections::profiles;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// Counting reads weeks of events: whoever looks again within this sees the same.
const KEPT: Duration = Duration::from_secs(60);
/// What is slow to count is counted less often: it takes no more than so many parts of the time.
const REST: u32 = 30;

/// What was counted a moment ago. Who asks while it is counted waits for that.
#[derive(Debug, Default)]
pub struct Figures(Mutex<Option<Kept>>);

#[derive(Debug)]
struct Kept {
    numbers: Arc<Numbers>,
    begun: Instant,
    took: Duration,
}

#[derive(Debug)]
struct Numbers {
    counts: Counts,
    /// People by how many follow them: from so many on, how many people.
    followers: Vec<(i64, i64)>,
    at: DateTime<Utc>,
}

impl Figures {
    async fn read(&self, app: &App) -> Result<Arc<Numbers>, Problem> {
        let mut kept = self.0.lock().await;
        if let Some(kept) = kept.as_ref().filter(|kept| kept.begun.elapsed() < KEPT.max(kept.took * REST)) {
            return Ok(kept.numbers.clone());
        }
        let (begun, at) = (Instant::now(), Utc::now());
        let counts = app.log.counts(at).await?;
        let followers = app.read(|| profiles::query::by_followers(&app.pool)).await?;
        let numbers = Arc::new(Numbers { counts, followers, at });
        *kept = Some(Kept { numbers: numbers.clone(), begun, took: begun.elapsed() });
        Ok(numbers)
    }
}

#[derive(Template)]
#[template(path = "figures.html")]
struct FiguresPage {
    frame: Frame,
    at: String,
    figures: Vec<Figure>,
}

/// A plot, and its numbers for who would rather read.
struct Figure {
    id: &'static str,
    title: &'static str,
    about: &'static str,
    /// None where there is nothing to draw.
    svg: Option<String>,
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

pub(super) async fn figures(State(app): State<App>, seat: Seat) -> Response {
    let page = shown(&app, &seat).await;
    seat.answer(&app, Tab::Figures, page)
}

async fn shown(app: &App, seat: &Seat) -> Result<FiguresPage, Problem> {
    let numbers = app.figures.read(app).await?;
    let text = seat.text;
    let figures = vec![
        hours(text, &numbers.counts.hours)?,
        actives(text, &numbers.counts)?,
        cohorts(text, &numbers.counts.cohorts)?,
        fan_out(text, &numbers.followers, app.settings.merge_threshold)?,
    ];
    let at = text.time(&numbers.at);
    Ok(FiguresPage { frame: Frame::of(seat, Tab::Figures, ""), at, figures })
}

fn drawn(svg: draw::Drawn) -> Result<Option<String>, Problem> {
    svg.map(Some).map_err(|error| {
        tracing::error!(%error, "a figure could not be drawn");
        Problem::internal()
    })
}

fn hours(text: &Text, hours: &[(DateTime<Utc>, i64)]) -> Result<Figure, Problem> {
    let rows: Vec<(String, i64)> = hours.iter().map(|(hour, count)| (text.hour(hour), *count)).collect();
    let bars = Bars { each: &rows, ticks: 7, is_log: false, from: None };
    Ok(Figure {
        id: "hours",
        title: text.per_hour,
        about: text.per_hour_about,
        svg: some(&rows, || drawn(draw::bars(&bars)))?,
        head: vec![text.hour_name.to_owned(), text.events.to_owned()],
        // Newest first, and only those in which anything happened: there are many.
        rows: rows.iter().rev().filter(|(_, count)| *count > 0).map(row).collect(),
    })
}

fn actives(text: &Text, counts: &Counts) -> Result<Figure, Problem> {
    let rows: Vec<(String, i64)> =
        counts.days.iter().map(|(day, count)| (day.format("%m-%d").to_string(), *count)).collect();
    let bars = Bars { each: &rows, ticks: 14, is_log: false, from: None };
    Ok(Figure {
        id: "actives",
        title: text.actives,
        about: text.actives_about,
        svg: some(&rows, || drawn(draw::bars(&bars)))?,
        head: vec![text.day.to_owned(), text.people.to_owned()],
        rows: rows.iter().rev().map(row).collect(),
    })
}

fn cohorts(text: &Text, cohorts: &[Cohort]) -> Result<Figure, Problem> {
    let weeks = cohorts.iter().map(|cohort| cohort.active.len()).max().unwrap_or(0);
    let mut head = vec![text.week.to_owned(), text.people.to_owned()];
    head.extend((0..weeks).map(|week| format!("+{week}")));
    let row = |cohort: &Cohort| {
        let shares = cohort.active.iter().map(|active| draw::percent(*active, cohort.people));
        [cohort.week.to_string(), cohort.people.to_string()].into_iter().chain(shares).collect()
    };
    Ok(Figure {
        id: "cohorts",
        title: text.cohorts,
        about: text.cohorts_about,
        svg: if cohorts.is_empty() { None } else { drawn(draw::cohorts(cohorts))? },
        head,
        rows: cohorts.iter().map(row).collect(),
    })
}

fn fan_out(text: &Text, followers: &[(i64, i64)], threshold: u64) -> Result<Figure, Problem> {
    let name = |&(from, people): &(i64, i64)| {
        let last = if from == 0 { 0 } else { from * 2 - 1 };
        (if last == from { from.to_string() } else { format!("{from}–{last}") }, people)
    };
    let rows: Vec<(String, i64)> = followers.iter().map(name).collect();
    let threshold = i64::try_from(threshold).unwrap_or(i64::MAX);
    let from = followers.iter().position(|(from, _)| *from >= threshold);
    let bars = Bars { each: &rows, ticks: rows.len(), is_log: true, from };
    Ok(Figure {
        id: "fan-out",
        title: text.fan_out,
        about: text.fan_out_about,
        svg: some(&rows, || drawn(draw::bars(&bars)))?,
        head: vec![text.followers.to_owned(), text.people.to_owned()],
        rows: rows.iter().map(row).collect(),
    })
}

fn some(
    rows: &[(String, i64)],
    draw: impl FnOnce() -> Result<Option<String>, Problem>,
) -> Result<Option<String>, Problem> {
    if rows.iter().all(|(_, count)| *count == 0) { Ok(None) } else { draw() }
}

fn row((name, count): &(String, i64)) -> Vec<String> {
    vec![name.clone(), count.to_string()]
}
