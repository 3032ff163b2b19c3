//! The newest events in memory.

use super::GRACE;
use projections::{Position, RecordedEvent};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

/// Events kept in memory, and their payloads' size together.
const MAX_EVENTS: usize = 8_192;
const MAX_BYTES: usize = 16 << 20;

/// Events without a hole between them.
#[derive(Default)]
pub(super) struct Recent {
    events: VecDeque<(Arc<RecordedEvent>, usize)>,
    bytes: usize,
    fed: Option<Instant>,
}

impl Recent {
    /// Takes in the next event. Whether there may be events right before it that were not pushed.
    pub(super) fn push(&mut self, event: Arc<RecordedEvent>, bytes: usize) -> bool {
        let last = self.events.back().map(|(last, _)| last.position);
        if last.is_some_and(|last| event.position <= last) {
            return false;
        }
        let is_after_a_hole = last.is_none_or(|last| event.position > last + 1);
        if is_after_a_hole {
            *self = Self::default();
        }
        self.bytes += bytes;
        self.fed = Some(Instant::now());
        self.events.push_back((event, bytes));
        while self.events.len() > MAX_EVENTS || self.bytes > MAX_BYTES {
            let Some((_, bytes)) = self.events.pop_front() else { break };
            self.bytes -= bytes;
        }
        is_after_a_hole
    }

    /// Whether what comes after `after` will be pushed here soon: the tail is being fed and has nothing
    /// newer. Asking Postgres would only have every runner read and decode the same rows.
    pub(super) fn will_have_after(&self, after: Position) -> bool {
        let newest = self.events.back().map(|(event, _)| event.position);
        let is_fed = self.fed.is_some_and(|fed| fed.elapsed() < GRACE);
        is_fed && newest.is_some_and(|newest| newest <= after)
    }

    /// The events right after `after`, if they are here.
    pub(super) fn after(&self, after: Position, limit: usize) -> Option<Vec<Arc<RecordedEvent>>> {
        let first = self.events.front()?.0.position;
        let skip = usize::try_from(after + 1 - first).ok()?;
        if skip >= self.events.len() {
            return None;
        }
        Some(self.events.iter().skip(skip).take(limit).map(|(event, _)| event.clone()).collect())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use domain::Event;
    use domain::user::UserEvent;

    pub(crate) fn event(position: Position) -> Arc<RecordedEvent> {
        Arc::new(RecordedEvent {
            position,
            aggregate_type: "user".into(),
            aggregate_id: uuid::Uuid::nil(),
            sequence: 1,
            event_type: "UserDeactivated".into(),
            event: Ok(Event::User(UserEvent::UserDeactivated {})),
            recorded_at: chrono::DateTime::default(),
            correlation_id: None,
        })
    }

    pub(crate) fn positions(recent: &Recent, after: Position) -> Option<Vec<Position>> {
        recent.after(after, 10).map(|events| events.iter().map(|event| event.position).collect())
    }

    #[test]
    fn the_tail_serves_only_what_follows_without_a_hole() {
        let mut recent = Recent::default();
        for position in [5, 6, 7] {
            recent.push(event(position), 1);
        }
        assert_eq!(positions(&recent, 5), Some(vec![6, 7]));
        assert_eq!(positions(&recent, 4), Some(vec![5, 6, 7]));
        assert_eq!(positions(&recent, 3), None, "4 is not here");
        assert_eq!(positions(&recent, 7), None, "nothing newer");
    }

    #[test]
    fn at_a_hole_the_tail_begins_anew_and_repeats_are_dropped() {
        let mut recent = Recent::default();
        for position in [5, 6, 6, 5, 9, 10] {
            recent.push(event(position), 1);
        }
        assert_eq!(positions(&recent, 5), None);
        assert_eq!(positions(&recent, 8), Some(vec![9, 10]));
    }

    #[test]
    fn the_tail_is_bounded_in_bytes() {
        let mut recent = Recent::default();
        for position in 1..=100 {
            recent.push(event(position), MAX_BYTES / 10);
        }
        assert!(recent.bytes <= MAX_BYTES);
        assert_eq!(recent.events.len(), 10);
    }
}
