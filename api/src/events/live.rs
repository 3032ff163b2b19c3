//! The log as streams: lines up to now, and messages that go on.

use super::dto::Event;
use super::selection::EventSelection;
use crate::app::App;
use crate::edge::Problem;
use crate::edge::arrival::Bearer;
use crate::edge::caller::{must_not_be_worthless, must_read_history, role_needed};
use axum::body::Body;
use axum::http::{HeaderMap, header};
use axum::response::sse::{self, Sse};
use axum::response::{IntoResponse, Response};
use domain::user::{Role, User};
use domain::value::UserId;
use futures::stream::{self, Stream};
use history::Page;
use projections::ports::EventSource;
use serde_json::json;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

/// The number of events read at once.
const PAGE: usize = 200;
/// The pause after which a stream says how far it is.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// The least pause before a stream that is at the end looks for more.
const PACE: Duration = Duration::from_millis(50);

/// The streams that may be open: each has a place of its own in the log.
static STREAMS: Semaphore = Semaphore::const_new(64);
/// The streams that may read the log from Postgres at the same time: events that are not in memory any more.
static READS: Semaphore = Semaphore::const_new(4);

/// One reading of the log, by a person who may read it.
struct Reading {
    app: App,
    by: UserId,
    headers: HeaderMap,
    selection: EventSelection,
    _permit: SemaphorePermit<'static>,
}

impl Reading {
    fn begin(app: App, by: UserId, headers: HeaderMap, selection: EventSelection) -> Result<Self, Problem> {
        let Ok(permit) = STREAMS.try_acquire() else {
            return Err(Problem::unavailable(
                "busy",
                "Too many streams of the log are open on this server. Repeat the request in a moment.",
            ));
        };
        Ok(Self { app, by, headers, selection, _permit: permit })
    }

    /// Reads the next events, as long as the reader may see them: from this process's memory where it has
    /// them.
    async fn next(&mut self) -> Result<Page, Problem> {
        let (bearer, _) = Bearer::of(&self.headers, &self.app.vault);
        must_not_be_worthless(&bearer)?;
        let user = self.app.executor.load::<User>(self.by.0).await?;
        if !user.is_active() {
            return Err(role_needed(Role::Analyst));
        }
        must_read_history(&user)?;
        let EventSelection { filter, after } = &self.selection;
        let page = match history::recent(&self.app.tail, filter, *after, PAGE) {
            Some(page) => page,
            None => self.read().await?,
        };
        self.selection.after = page.up_to;
        Ok(page)
    }

    async fn read(&self) -> Result<Page, Problem> {
        let _turn = READS.acquire().await.expect("nobody closes it");
        let EventSelection { filter, after } = &self.selection;
        let seen = self.app.tail.seen();
        let page = self.app.log.read(filter, *after, PAGE).await?;
        if filter.until.is_none() && page.up_to == *after {
            self.app.tail.unsee(seen, *after);
        }
        Ok(page)
    }
}

/// Answers with all events up to now, one a line. The answer is cut off where it can't go on.
pub(super) async fn lines(
    app: App,
    by: UserId,
    headers: HeaderMap,
    selection: EventSelection,
) -> Result<Response, Problem> {
    let mut reading = Reading::begin(app, by, headers, selection)?;
    let head = reading.app.log.head().await?;
    let until = reading.selection.filter.until.unwrap_or(head);
    reading.selection.filter.until = Some(until);
    let lines = stream::try_unfold(Some(reading), |reading| async {
        let Some(mut reading) = reading else { return Ok(None) };
        let page =
            reading.next().await.map_err(|problem| std::io::Error::other(problem.code().to_owned()))?;
        let mut text = vec![];
        for event in page.events {
            serde_json::to_writer(&mut text, &Event::from(event))?;
            text.push(b'\n');
        }
        Ok::<_, std::io::Error>(Some((text, (!page.is_last).then_some(reading))))
    });
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines)).into_response())
}

/// Answers with all events, and then with those that happen.
pub(super) fn messages(
    app: App,
    by: UserId,
    headers: HeaderMap,
    selection: EventSelection,
) -> Result<Response, Problem> {
    let reading = Reading::begin(app, by, headers, selection)?;
    Ok(Sse::new(going_on(reading)).into_response())
}

struct Live {
    reading: Reading,
    ready: VecDeque<sse::Event>,
    /// The position up to which the client was told.
    told: i64,
    /// The time when the client was told anything.
    told_at: Instant,
    /// The time when the stream looked for more.
    looked_at: Instant,
    is_at_end: bool,
    is_over: bool,
}

fn going_on(reading: Reading) -> impl Stream<Item = Result<sse::Event, Infallible>> {
    let told = reading.selection.after;
    let live = Live {
        reading,
        ready: VecDeque::new(),
        told,
        told_at: Instant::now(),
        looked_at: Instant::now(),
        is_at_end: false,
        is_over: false,
    };
    stream::unfold(live, |mut live| async {
        loop {
            if let Some(message) = live.ready.pop_front() {
                return Some((Ok(message), live));
            }
            if live.is_over {
                return None;
            }
            live.more().await;
        }
    })
}

impl Live {
    /// Waits for something to tell the client.
    async fn more(&mut self) {
        let after = self.reading.selection.after;
        let app = self.reading.app.clone();
        if self.is_at_end {
            let more = async {
                tokio::time::sleep_until(self.looked_at + PACE).await;
                app.tail.wait_beyond(after).await;
            };
            tokio::select! {
                () = more => {}
                () = app.stopping.cancelled() => {
                    self.is_over = true;
                    return;
                }
            }
        }
        self.looked_at = Instant::now();
        match self.reading.next().await {
            Ok(page) => {
                self.is_at_end = page.is_last;
                for event in page.events {
                    self.told = event.position;
                    self.told_at = Instant::now();
                    let message = sse::Event::default().id(event.position.to_string());
                    let message = message.event(&event.event_type).json_data(Event::from(event));
                    self.ready.extend(message.ok());
                }
                let heard = self.told_at.elapsed() >= HEARTBEAT;
                if heard && self.ready.is_empty() {
                    self.told = page.up_to;
                    self.told_at = Instant::now();
                    self.ready.push_back(heartbeat(page.up_to));
                }
            }
            Err(problem) => {
                self.is_over = true;
                self.ready.push_back(sse::Event::default().event("end").data(problem.to_json()));
            }
        }
    }
}

/// The message that says how far a stream is: what was not meant for this client need not be looked at again
/// when the client comes back.
fn heartbeat(up_to: i64) -> sse::Event {
    let message = sse::Event::default().id(up_to.to_string()).event("heartbeat");
    message.data(json!({ "position": up_to }).to_string())
}
