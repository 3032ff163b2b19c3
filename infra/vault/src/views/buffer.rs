//! Looks that are not in the table yet: a request leaves its look here in a moment.

use chrono::{NaiveDate, Utc};
use domain::korea::day_of;
use domain::value::{PostId, UserId};
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most looks that wait: 2.5 MB. Only while the database is away do so many wait.
const WAITING: usize = 65_536;
/// The most looks that are remembered so as not to be written again: 1 MB. They are forgotten together: the
/// table has them all the same.
const KNOWN: usize = 100_000;

/// One person's look at a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct View {
    pub(super) day: NaiveDate,
    pub(super) post: PostId,
    pub(super) viewer: UserId,
}

/// The buffer of looks. Cheap to clone; clones share the looks that wait.
#[derive(Clone, Default)]
pub struct Views(Arc<Shared>);

#[derive(Default)]
struct Shared {
    hasher: RandomState,
    buffer: Mutex<Buffer>,
}

#[derive(Default)]
struct Buffer {
    waiting: Vec<View>,
    /// The day of the looks in `known`.
    day: NaiveDate,
    /// Hashes of post and person, of the looks so far: two looks with the same hash would cost one of them.
    known: HashSet<u64>,
}

impl Views {
    /// Notes that a person looks at a post just now. Never waits: where too many looks wait already this one
    /// is dropped, which `madang_views_dropped_total` tells.
    pub fn look(&self, post: PostId, viewer: UserId) {
        if !self.note(View { day: day_of(Utc::now()), post, viewer }) {
            count_dropped(1);
        }
    }

    /// Adds the look, unless it is known; false if there was no room for it.
    fn note(&self, view: View) -> bool {
        let key = self.0.hasher.hash_one((view.post.0, view.viewer.0));
        let mut buffer = self.buffer();
        if buffer.day != view.day || buffer.known.len() >= KNOWN {
            buffer.day = view.day;
            buffer.known.clear();
        }
        if buffer.known.contains(&key) {
            return true;
        }
        if buffer.waiting.len() >= WAITING {
            return false;
        }
        buffer.known.insert(key);
        buffer.waiting.push(view);
        true
    }

    /// Takes at most `most` of the looks that wait, to be written down.
    pub(super) fn take(&self, most: usize) -> Vec<View> {
        let waiting = &mut self.buffer().waiting;
        let rest = waiting.len().saturating_sub(most);
        waiting.split_off(rest)
    }

    /// Gives looks back that could not be written; those for which there is no room any more are dropped.
    pub(super) fn give_back(&self, mut views: Vec<View>) {
        let waiting = &mut self.buffer().waiting;
        let room = WAITING.saturating_sub(waiting.len());
        count_dropped(views.len().saturating_sub(room));
        views.truncate(room);
        waiting.append(&mut views);
    }

    fn buffer(&self) -> MutexGuard<'_, Buffer> {
        self.0.buffer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn count_dropped(views: usize) {
    metrics::counter!("madang_views_dropped_total").increment(views as u64);
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn view(day: &str, post: u128, viewer: u128) -> View {
        let (post, viewer) = (PostId(Uuid::from_u128(post)), UserId(Uuid::from_u128(viewer)));
        View { day: day.parse().expect("a day"), post, viewer }
    }

    #[test]
    fn who_looks_again_on_the_same_day_is_not_written_again() {
        let views = Views::default();
        let looks = [view("2026-01-01", 1, 1), view("2026-01-01", 1, 2), view("2026-01-02", 1, 1)];
        for look in looks {
            assert!(views.note(look) && views.note(look));
        }
        assert_eq!(views.take(2), looks[1..]);
        assert_eq!(views.take(2), looks[..1]);
        assert!(views.note(looks[2]));
        assert_eq!(views.take(2), [], "known even when it is written");
    }

    #[test]
    fn what_there_is_no_room_for_is_dropped_and_counts_when_there_is() {
        let views = Views::default();
        for n in 0..WAITING as u128 {
            assert!(views.note(view("2026-01-01", n, 1)));
        }
        let late = view("2026-01-01", 0, 2);
        assert!(!views.note(late));
        let some = views.take(10);
        assert!(views.note(late));
        views.give_back(some);
        assert_eq!(views.take(usize::MAX).len(), WAITING, "one of those that came back was too many");
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let views = Views::default();
        for n in 0..=KNOWN as u128 {
            views.note(view("2026-01-01", n, 1));
            views.take(1);
        }
        assert_eq!(views.buffer().known.len(), 1);
    }
}
