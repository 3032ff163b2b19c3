//! Batches that the log has refused: each is tried again, ever more rarely, as a later release may mend what is wrong.

use std::collections::HashMap;
use std::time::{Duration, Instant};
use uuid::Uuid;

const FIRST: Duration = Duration::from_secs(60);
const LONGEST: Duration = Duration::from_secs(24 * 3_600);

/// The batches that this process does not try for now. Each refusal is logged, so that log lines are as rare
/// as the tries.
#[derive(Debug, Default)]
pub(super) struct PutOff(HashMap<Uuid, Turn>);

#[derive(Debug)]
struct Turn {
    pause: Duration,
    next: Instant,
}

impl PutOff {
    /// True if the batch's next turn is still to come.
    pub(super) fn holds(&self, batch: Uuid, now: Instant) -> bool {
        self.0.get(&batch).is_some_and(|turn| now < turn.next)
    }

    /// Notes a refusal; returns how long the batch waits.
    pub(super) fn refused(&mut self, batch: Uuid, now: Instant) -> Duration {
        let pause = self.0.get(&batch).map_or(FIRST, |turn| (2 * turn.pause).min(LONGEST));
        self.0.insert(batch, Turn { pause, next: now + pause });
        pause
    }

    /// Removes a batch that was counted.
    pub(super) fn remove(&mut self, batch: Uuid) {
        self.0.remove(&batch);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_that_is_refused_waits_twice_as_long_each_time_up_to_a_day() {
        let (mut put_off, [bad, good]) = (PutOff::default(), [1, 2].map(Uuid::from_u128));
        let mut now = Instant::now();
        assert!(!put_off.holds(bad, now));
        let mut last = Duration::ZERO;
        for tries in 0..20 {
            let pause = put_off.refused(bad, now);
            assert_eq!(pause, (FIRST * (1 << tries)).min(LONGEST));
            assert!(pause >= last && put_off.holds(bad, now));
            assert!(!put_off.holds(good, now), "no other waits for it");
            (last, now) = (pause, now + pause);
            assert!(!put_off.holds(bad, now), "its turn has come");
        }
        put_off.refused(bad, now);
        put_off.remove(bad);
        assert!(!put_off.holds(bad, now));
    }
}
