//! One aggregate's history: each event with the changes it made, and the aggregate's state at any version or
//! time.

use super::event::LogEvent;
use super::pages::{Filter, Pages};
use chrono::{DateTime, Utc};
use domain::Event;
use domain::event::State;
use json_patch::Patch;
use serde_json::Value;
use uuid::Uuid;

/// Number of events read at once.
const PAGE: usize = 500;

/// The end up to which a history is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// The version after so many events.
    Version(i64),
    /// The state at that time.
    Time(DateTime<Utc>),
}

/// An event with the changes that it made.
#[derive(Clone, Debug)]
pub struct Step {
    /// The event.
    pub event: LogEvent,
    /// The changes from the state before to the state after, by RFC 6902; none where this build can't read
    /// the event.
    pub changes: Patch,
}

/// A part of a history.
#[derive(Clone, Debug, Default)]
pub struct Story {
    /// The events that were asked for, the oldest first.
    pub steps: Vec<Step>,
    /// True if more events follow up to the history's end.
    pub has_more: bool,
    /// The version of `state`; 0 before the first event.
    pub version: i64,
    /// The aggregate's state at that version.
    pub state: Value,
}

impl Pages {
    /// The history of an aggregate up to `at`: its steps after version `after`, at most `limit`, and its
    /// state at `at`. None for a type of aggregate that this build does not know. All events of the aggregate
    /// up to `at` are read.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn story(
        &self,
        aggregate_type: &str,
        id: Uuid,
        at: Option<At>,
        after: i64,
        limit: usize,
    ) -> Result<Option<Story>, sqlx::Error> {
        let Some(mut state) = State::new(aggregate_type) else { return Ok(None) };
        let filter = Filter {
            aggregate_types: Some(vec![aggregate_type.to_owned()]),
            aggregate_id: Some(id),
            ..Filter::default()
        };
        let mut story = Story { state: state.to_json(), ..Story::default() };
        let mut position = 0;
        loop {
            let page = self.read(&filter, position, PAGE).await?;
            for event in page.events {
                let is_beyond = match at {
                    Some(At::Version(version)) => event.sequence > version,
                    Some(At::Time(time)) => event.recorded_at > time,
                    None => false,
                };
                if is_beyond {
                    return Ok(Some(story));
                }
                story.version = event.sequence;
                let payload = serde_json::from_str(event.payload.get()).unwrap_or_default();
                let read = Event::decode(aggregate_type, &event.event_type, &event.event_version, payload);
                if let Ok(read) = read {
                    state.evolve(&read);
                }
                let before = std::mem::replace(&mut story.state, state.to_json());
                if event.sequence <= after {
                    continue;
                }
                if story.steps.len() < limit {
                    let changes = json_patch::diff(&before, &story.state);
                    story.steps.push(Step { event, changes });
                } else {
                    story.has_more = true;
                }
            }
            if page.is_last {
                return Ok(Some(story));
            }
            position = page.up_to;
        }
    }
}
