//! The newest events in memory.

use super::GRACE;
use projections::{Position, RecordedEvent};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

/// Number of events kept in memory, and their size together: each event twice, as the message and as decoded.
const MAX_EVENTS: usize = 8_192;
const MAX_BYTES: usize = 16 << 20;

/// An event as the tail holds it.
#[derive(Clone, Debug)]
pub struct TailEvent {
    /// The event as projectors read it.
    pub event: Arc<RecordedEvent>,
    /// The event's whole row, as JSON.
    pub row: Arc<[u8]>,
}

impl TailEvent {
    fn size_bytes(&self) -> usize {
        2 * self.row.len()
    }
}

/// Events without a hole between them.
#[derive(Default)]
pub(super) struct Recent {
    events: VecDeque<TailEvent>,
    bytes: usize,
    fed: Option<Instant>,
}

impl Recent {
    /// Takes in the next event. Returns true if there may be events right before it that were not pushed.
    pub(super) fn push(&mut self, pushed: TailEvent) -> bool {
        let (position, last) = (pushed.event.position, self.newest());
        if last.is_some_and(|last| position <= last) {
            return false;
        }
        let is_after_a_hole = last.is_none_or(|last| position > last + 1);
        if is_after_a_hole {
            *self = Self::default();
        }
        self.bytes += pushed.size_bytes();
        self.fed = Some(Instant::now());
        self.events.push_back(pushed);
        while self.events.len() > MAX_EVENTS || self.bytes > MAX_BYTES {
            let Some(oldest) = self.events.pop_front() else { break };
            self.bytes -= oldest.size_bytes();
        }
        is_after_a_hole
    }

    fn newest(&self) -> Option<Position> {
        self.events.back().map(|newest| newest.event.position)
    }

    /// True if the events after `after` will be pushed here soon: the tail is being fed and has no newer
    /// event. Asking Postgres would only have every runner read and decode the same rows.
    pub(super) fn will_have_after(&self, after: Position) -> bool {
        let is_fed = self.fed.is_some_and(|fed| fed.elapsed() < GRACE);
        is_fed && self.newest().is_some_and(|newest| newest <= after)
    }

    /// The events right after `after`, one at least, if they are in memory.
    pub(super) fn after(&self, after: Position, limit: usize) -> Option<impl Iterator<Item = &TailEvent>> {
        let first = self.events.front()?.event.position;
        let skip = usize::try_from(after.checked_add(1)?.checked_sub(first)?).ok()?;
        (skip < self.events.len()).then(|| self.events.iter().skip(skip).take(limit))
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

    fn in_tail(position: Position, bytes: usize) -> TailEvent {
        TailEvent { event: event(position), row: vec![b' '; bytes].into() }
    }

    pub(crate) fn positions(recent: &Recent, after: Position) -> Option<Vec<Position>> {
        recent.after(after, 10).map(|events| events.map(|there| there.event.position).collect())
    }

    #[test]
    fn the_tail_serves_only_what_follows_without_a_hole() {
        let mut recent = Recent::default();
        for position in [5, 6, 7] {
            recent.push(in_tail(position, 1));
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
            recent.push(in_tail(position, 1));
        }
        assert_eq!(positions(&recent, 5), None);
        assert_eq!(positions(&recent, 8), Some(vec![9, 10]));
    }

    #[test]
    fn the_tail_is_bounded_in_bytes() {
        let mut recent = Recent::default();
        for position in 1..=100 {
            recent.push(in_tail(position, MAX_BYTES / 20));
        }
        assert!(recent.bytes <= MAX_BYTES);
        assert_eq!(recent.events.len(), 10);
    }
}
