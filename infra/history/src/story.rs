//! One thing's history: each event with what it changed, and what the thing was at any version or time.

use super::event::LogEvent;
use super::pages::{Filter, Pages};
use chrono::{DateTime, Utc};
use domain::Event;
use domain::event::State;
use json_patch::Patch;
use serde_json::Value;
use uuid::Uuid;

/// Events read at once.
const PAGE: usize = 500;

/// Up to where a history is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// After so many events.
    Version(i64),
    /// As it was at that time.
    Time(DateTime<Utc>),
}

/// An event with what it changed.
#[derive(Clone, Debug)]
pub struct Step {
    /// What happened.
    pub event: LogEvent,
    /// From the state before to the state after, by RFC 6902; nothing where this build can't read the event.
    pub changes: Patch,
}

/// A part of a history.
#[derive(Clone, Debug, Default)]
pub struct Story {
    /// The events that were asked for, the oldest first.
    pub steps: Vec<Step>,
    /// Whether more follow, up to where it is looked at.
    pub has_more: bool,
    /// The version that `state` is of; 0 before the first event.
    pub version: i64,
    /// What the thing was there.
    pub state: Value,
}

impl Pages {
    /// The history of an aggregate up to `at`: its steps after version `after`, at most `limit`, and its state there.
    /// None for a kind of aggregate that this build does not know. Costs as much as the aggregate has events.
    ///
    /// # Errors
    /// The database's.
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
