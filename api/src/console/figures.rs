//! The figures, plots of what happens: counted for everyone at once and cached for a while, drawn for each
//! person who looks.

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
use history::{Cohort, Counts};
use projections::{profiles, timelines};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// The time that a count is shown again: counting reads weeks of events.
const CACHED_FOR: Duration = Duration::from_secs(60);
/// The rest after a slow count, in its own times: counting takes no more than one of so many parts of the
/// time.
const REST: u32 = 30;

/// The numbers as they were counted a moment ago, or the problem with counting them. A caller that asks while
/// they are counted waits for that count.
#[derive(Clone, Debug, Default)]
pub struct Figures(Arc<Mutex<Option<CachedFigures>>>);

#[derive(Debug)]
struct CachedFigures {
    counted: Result<Arc<Numbers>, Problem>,
    begun: Instant,
    took: Duration,
}

#[derive(Debug)]
struct Numbers {
    counts: Counts,
    /// The distribution of followers: from so many followers on, how many people.
    followers: Vec<(i64, i64)>,
    /// The number of followers above which a person's posts are put into timelines as these are read.
    merged_above: i64,
    at: DateTime<Utc>,
}

impl Figures {
    async fn read(&self, app: &App) -> Result<Arc<Numbers>, Problem> {
        let (figures, app) = (self.clone(), app.clone());
        // The count runs in a task of its own: a caller that hangs up does not end it, and the next finds it
        // done.
        let reading = tokio::spawn(async move {
            let mut cached = figures.0.lock().await;
            if let Some(cached) =
                cached.as_ref().filter(|cached| cached.begun.elapsed() < CACHED_FOR.max(cached.took * REST))
            {
                return cached.counted.clone();
            }
            let begun = Instant::now();
            let counted = count(&app).await.map(Arc::new);
            *cached = Some(CachedFigures { counted: counted.clone(), begun, took: begun.elapsed() });
            counted
        });
        reading.await.unwrap_or_else(|_panicked| Err(Problem::internal()))
    }
}

async fn count(app: &App) -> Result<Numbers, Problem> {
    let at = Utc::now();
    let counts = app.log.counts(at).await?;
    let threshold = app.read(|| timelines::query::threshold(&app.reads)).await?;
    let merged_above = threshold.map_or(i64::MAX - 1, i64::from);
    let followers = app.read(|| profiles::query::by_followers(&app.reads, merged_above)).await?;
    Ok(Numbers { counts, followers, merged_above, at })
}

#[derive(Template)]
#[template(path = "console/templates/figures.html")]
struct FiguresPage {
    frame: Frame,
    at: String,
    figures: Vec<Figure>,
}

/// A plot, and its numbers for people who would rather read.
struct Figure {
    id: &'static str,
    title: &'static str,
    about: &'static str,
    /// The drawing; none where there is nothing to draw.
    svg: Option<String>,
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

pub(super) async fn figures(State(app): State<App>, seat: Seat) -> Response {
    let page = shown(&app, &seat).await;
    seat.answer(&app, Tab::Figures, page)
}

async fn shown(app: &App, seat: &Seat) -> Result<FiguresPage, Problem> {
    let numbers = app.part::<Figures>().read(app).await?;
    let text = seat.text;
    let figures = vec![
        hours(text, &numbers.counts.hours)?,
        actives(text, &numbers.counts)?,
        cohorts(text, &numbers.counts.cohorts)?,
        fan_out(text, &numbers.followers, numbers.merged_above)?,
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
        // The rows are the newest first, and only hours in which anything happened: there are many.
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

fn fan_out(text: &Text, followers: &[(i64, i64)], merged_above: i64) -> Result<Figure, Problem> {
    // The end of a range: up to the next power of two, or to where merging begins.
    let last = |from: i64| {
        let doubled = u64::try_from(from + 1).unwrap_or(0).next_power_of_two() - 1;
        let last = i64::try_from(doubled).unwrap_or(i64::MAX);
        if from <= merged_above { last.min(merged_above) } else { last }
    };
    let range = |&(from, people): &(i64, i64)| match last(from) {
        last if last == from => (from.to_string(), people),
        last => (format!("{from}–{last}"), people),
    };
    let each: Vec<_> = followers.iter().map(|(from, people)| (from.to_string(), *people)).collect();
    let from = followers.iter().position(|(from, _)| *from > merged_above);
    let bars = Bars { each: &each, ticks: each.len(), is_log: true, from };
    Ok(Figure {
        id: "fan-out",
        title: text.fan_out,
        about: text.fan_out_about,
        svg: some(&each, || drawn(draw::bars(&bars)))?,
        head: vec![text.followers.to_owned(), text.people.to_owned()],
        rows: followers.iter().map(range).map(|named| row(&named)).collect(),
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
