//! Upload slots: how many photos each person may be uploading at once through this process.

use domain::value::UserId;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The number of slots of each person, as many as a browser sends at once; a few people must not take the
/// places of all.
pub(super) const OF_EACH: usize = 4;

/// The uploads that are running, by person, and the time that the server waits for a slow sender.
pub(super) struct UploadSlots {
    /// The patience with one sender, used up while no bytes come.
    pub(super) patience: Duration,
    taken: Mutex<HashMap<UserId, usize>>,
}

/// One slot of a person; dropping the value frees the slot.
pub(super) struct UploadSlot<'a> {
    slots: &'a UploadSlots,
    person: UserId,
}

impl UploadSlots {
    pub(super) fn new(patience: Duration) -> Self {
        Self { patience, taken: Mutex::default() }
    }

    /// Takes a slot, unless the person has taken all of theirs.
    pub(super) fn take(&self, person: UserId) -> Option<UploadSlot<'_>> {
        let mut taken = self.taken();
        let count = taken.entry(person).or_default();
        if *count == OF_EACH {
            return None;
        }
        *count += 1;
        Some(UploadSlot { slots: self, person })
    }

    /// Locks the counts; a poisoned lock is used all the same, as no code that could panic runs under it.
    fn taken(&self) -> MutexGuard<'_, HashMap<UserId, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for UploadSlot<'_> {
    fn drop(&mut self) {
        if let Entry::Occupied(mut count) = self.slots.taken().entry(self.person) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn each_person_has_so_many_places_and_leaves_them() {
        let slots = UploadSlots::new(Duration::ZERO);
        let [mina, sora] = [1, 2].map(|n| UserId(Uuid::from_u128(n)));
        let mut held: Vec<_> = (0..OF_EACH).filter_map(|_| slots.take(mina)).collect();
        assert_eq!(held.len(), OF_EACH);
        assert!(slots.take(mina).is_none());
        assert!(slots.take(sora).is_some());
        held.pop();
        assert!(slots.take(mina).is_some());
        held.clear();
        assert!(slots.taken().is_empty(), "nobody is kept who is not there");
    }
}
