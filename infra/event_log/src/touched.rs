//! The ids that the newest events touched: by them a process knows, without asking Postgres, whether an
//! answer that it has read before still stands.
//!
//! An event touches a few ids: the person who acts or whose account it is, and the post whose card it changes.
//! A cache that keeps an answer read at some position names the ids on which the answer depends, and asks
//! whether one of them was touched since.

use domain::Event;
use projections::{Position, RecordedEvent};
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use uuid::Uuid;

/// Number of ids in one of two generations, some megabytes each. When the younger is full the older is
/// dropped.
const GENERATION: usize = 65_536;

/// The ids that were touched, fed by the tail in the order of the log. Events before the first one fed are
/// unknown.
pub struct Touched {
    /// The function by which features say which ids an event of this aggregate touches.
    touches: fn(Uuid, &Event) -> Touches,
    known: RwLock<RecentTouches>,
}

/// The ids that one event touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touches(Option<Uuid>, Option<Uuid>);

impl Touches {
    /// The touches of an event that touches no id.
    pub const NOTHING: Self = Self(None, None);

    /// Makes the touches of one id.
    #[must_use]
    pub fn one(id: Uuid) -> Self {
        Self(Some(id), None)
    }

    /// Makes the touches of two ids.
    #[must_use]
    pub fn both(first: Uuid, second: Uuid) -> Self {
        Self(Some(first), Some(second))
    }

    /// The touches by that one of two features that knows the event: an aggregate's events belong to one
    /// feature.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        if self == Self::NOTHING { other } else { self }
    }

    fn ids(self) -> impl Iterator<Item = Uuid> {
        self.0.into_iter().chain(self.1)
    }
}

#[derive(Default)]
struct RecentTouches {
    /// The epoch's number, which changes when touches known before don't count any more.
    epoch: u64,
    /// The position after which every event, up to `newest`, is in one of the generations.
    since: Position,
    newest: Position,
    /// The position of the latest event that touched an id.
    young: HashMap<Uuid, Position>,
    old: HashMap<Uuid, Position>,
    /// The position after which the younger generation begins.
    young_since: Position,
}

/// The epoch in which an answer was read: its touches can only be compared within the same epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Epoch(u64);

impl Touched {
    /// Makes an empty record of touches.
    #[must_use]
    pub fn new(touches: fn(Uuid, &Event) -> Touches) -> Self {
        Self { touches, known: RwLock::default() }
    }

    /// The present epoch.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        Epoch(self.known().epoch)
    }

    /// The position up to which no event after `after` has touched any of the ids: `after` itself if no newer
    /// event is known. None if one of the ids was touched, or if that can't be told any more.
    pub fn untouched(
        &self,
        epoch: Epoch,
        after: Position,
        mut ids: impl Iterator<Item = Uuid>,
    ) -> Option<Position> {
        let known = self.known();
        if known.epoch != epoch.0 || known.since > after {
            return None;
        }
        if known.newest <= after {
            return Some(after);
        }
        let touched =
            |id| [&known.young, &known.old].iter().any(|ids| ids.get(&id).is_some_and(|&at| at > after));
        (!ids.any(touched)).then_some(known.newest)
    }

    /// Takes in the next event. At a hole the touches before it don't count any more.
    pub fn note(&self, event: &RecordedEvent) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if event.position <= known.newest {
            return;
        }
        if event.position > known.newest + 1 {
            known.since = event.position - 1;
            known.young_since = known.since;
            known.young.clear();
            known.old.clear();
        }
        known.newest = event.position;
        match &event.event {
            Ok(read) => {
                for id in (self.touches)(event.aggregate_id, read).ids() {
                    known.young.insert(id, event.position);
                }
            }
            // An event that can't be read may touch any id.
            Err(_) => {
                known.since = event.position;
                known.young_since = event.position;
            }
        }
        if known.young.len() >= GENERATION {
            known.old = std::mem::take(&mut known.young);
            known.since = known.young_since;
            known.young_since = known.newest;
        }
    }

    /// Begins a new epoch, for when events may have been stored that no message has told of, or been taken
    /// back.
    pub fn invalidate(&self) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        *known = RecentTouches { epoch: known.epoch + 1, ..RecentTouches::default() };
    }

    fn known(&self) -> std::sync::RwLockReadGuard<'_, RecentTouches> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::event::DecodeError;
    use domain::like::{LikeEvent, Target};
    use domain::value::{PostId, UserId};

    fn knowing() -> Touched {
        Touched::new(|_, event| {
            let Event::Like(LikeEvent::Liked { target: Target::Post(post), .. }) = event else {
                return Touches::NOTHING;
            };
            Touches::one(post.0)
        })
    }

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn recorded(position: Position, event: Result<Event, DecodeError>) -> RecordedEvent {
        RecordedEvent {
            position,
            aggregate_type: String::new(),
            aggregate_id: id(99),
            sequence: 1,
            event_type: String::new(),
            event,
            recorded_at: chrono::DateTime::UNIX_EPOCH,
            correlation_id: None,
        }
    }

    fn liked(position: Position, post: u128) -> RecordedEvent {
        let (user_id, target) = (UserId(id(1)), Target::Post(PostId(id(post))));
        recorded(position, Ok(Event::Like(LikeEvent::Liked { user_id, target })))
    }

    fn untouched(touched: &Touched, after: Position, ids: &[u128]) -> Option<Position> {
        touched.untouched(touched.epoch(), after, ids.iter().map(|&n| id(n)))
    }

    #[test]
    fn what_depends_on_nothing_that_was_touched_still_stands() {
        let touched = knowing();
        for (position, post) in [(5, 10), (6, 11), (7, 12)] {
            touched.note(&liked(position, post));
        }
        assert_eq!(untouched(&touched, 4, &[20, 21]), Some(7));
        assert_eq!(untouched(&touched, 5, &[10, 20]), Some(7), "touched before it was read");
        assert_eq!(untouched(&touched, 5, &[20, 11]), None);
        assert_eq!(untouched(&touched, 6, &[12]), None);
        assert_eq!(untouched(&touched, 7, &[12]), Some(7));
        assert_eq!(untouched(&touched, 9, &[12]), Some(9), "read from what is newer than what was heard of");
    }

    #[test]
    fn what_was_not_heard_of_counts_as_touched() {
        let touched = knowing();
        assert_eq!(untouched(&touched, 4, &[20]), Some(4));
        touched.note(&liked(7, 10));
        assert_eq!(untouched(&touched, 5, &[20]), None, "6 was not heard of");
        assert_eq!(untouched(&touched, 6, &[20]), Some(7));
        touched.note(&liked(9, 10));
        assert_eq!(untouched(&touched, 7, &[20]), None, "8 was not heard of");
        touched.note(&liked(9, 20));
        assert_eq!(untouched(&touched, 8, &[20]), Some(9), "a repeat says nothing");
        touched.note(&recorded(10, Err(DecodeError::UnknownAggregate("painting".into()))));
        assert_eq!(untouched(&touched, 9, &[20]), None, "nobody knows what 10 touches");
        assert_eq!(untouched(&touched, 10, &[20]), Some(10));
    }

    #[test]
    fn what_was_read_before_all_was_invalidated_does_not_stand() {
        let touched = knowing();
        let before = touched.epoch();
        touched.note(&liked(5, 10));
        touched.invalidate();
        assert_eq!(touched.untouched(before, 5, std::iter::empty()), None);
        touched.note(&liked(3, 10));
        assert_eq!(untouched(&touched, 2, &[10]), None, "positions may begin anew");
    }

    #[test]
    fn the_oldest_is_dropped_and_counts_as_touched_then() {
        let touched = knowing();
        for n in 1..=2 * GENERATION {
            touched.note(&liked(Position::try_from(n).expect("small"), 1_000 + n as u128));
        }
        let last = Position::try_from(2 * GENERATION).expect("small");
        assert_eq!(untouched(&touched, 0, &[20]), None);
        assert_eq!(untouched(&touched, last / 2, &[20]), Some(last));
        assert_eq!(untouched(&touched, last / 2, &[1_000 + GENERATION as u128 + 1]), None);
    }
}
