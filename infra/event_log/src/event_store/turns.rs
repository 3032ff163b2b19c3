//! Turns of commands on one aggregate: many at once would only make each other decide again and again.
//!
//! A command that is alone on its aggregate takes one atomic step and waits for no other. Where others are
//! under way, it queues, first come first served, so that at most two are under way: one that came when there
//! was no other, and the one whose turn it is. Other processes don't know of these turns: between processes
//! the expected sequence decides.

use super::command::StoreError;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::OwnedMutexGuard;
use uuid::Uuid;

/// Number of counters of commands under way: two aggregates that share a counter make each other look at the
/// queues, no more.
const COUNTERS: usize = 1 << 14;
/// Number of commands that may queue for one aggregate; senders of more are told to come back later.
pub(super) const QUEUE: usize = 512;
/// The longest time in the queue; then the command's sender is told to come back later: a command before it
/// waits for the database.
const PATIENCE: Duration = Duration::from_secs(5);

/// The turns of commands that change the same aggregate.
pub(super) struct Turns {
    under_way: Box<[AtomicU32]>,
    queues: Mutex<HashMap<Uuid, Queue>>,
}

/// The queue of commands that came while another one was under way.
#[derive(Default)]
struct Queue {
    turn: Arc<tokio::sync::Mutex<()>>,
    /// The number of commands that wait for their turn or have it.
    members: usize,
}

/// A command's turn, until this guard is dropped.
pub(super) struct Turn<'a> {
    // The order of the fields counts: the next command is woken before the queue may go.
    _turn: Option<OwnedMutexGuard<()>>,
    _member: Option<Member<'a>>,
    _counted: Counted<'a>,
}

struct Member<'a> {
    turns: &'a Turns,
    id: Uuid,
}

struct Counted<'a>(&'a AtomicU32);

impl Turns {
    pub(super) fn new() -> Self {
        let under_way = (0..COUNTERS).map(|_| AtomicU32::new(0)).collect();
        Self { under_way, queues: Mutex::default() }
    }

    /// Waits for the turn of a command on this aggregate.
    pub(super) async fn take(&self, id: Uuid) -> Result<Turn<'_>, StoreError> {
        let (counted, is_alone) = self.count(id);
        if is_alone {
            return Ok(Turn { _turn: None, _member: None, _counted: counted });
        }
        let (member, turn) = self.queue(id)?;
        let turn = tokio::time::timeout(PATIENCE, turn.lock_owned()).await;
        let turn = turn.map_err(|_elapsed| StoreError::Overloaded)?;
        Ok(Turn { _turn: Some(turn), _member: Some(member), _counted: counted })
    }

    /// Counts a command in. The flag is true if no other command is under way.
    fn count(&self, id: Uuid) -> (Counted<'_>, bool) {
        let (_, low) = id.as_u64_pair();
        let counter = &self.under_way[usize::try_from(low % COUNTERS as u64).unwrap_or(0)];
        (Counted(counter), counter.fetch_add(1, Ordering::AcqRel) == 0)
    }

    fn queue(&self, id: Uuid) -> Result<(Member<'_>, Arc<tokio::sync::Mutex<()>>), StoreError> {
        let mut queues = self.queues();
        let queue = queues.entry(id).or_default();
        if queue.members >= QUEUE {
            return Err(StoreError::Overloaded);
        }
        queue.members += 1;
        Ok((Member { turns: self, id }, queue.turn.clone()))
    }

    fn queues(&self) -> MutexGuard<'_, HashMap<Uuid, Queue>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Member<'_> {
    fn drop(&mut self) {
        let mut queues = self.turns.queues();
        if let Some(queue) = queues.get_mut(&self.id) {
            queue.members -= 1;
            if queue.members == 0 {
                queues.remove(&self.id);
            }
        }
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;
    use std::future::Future;
    use std::pin::Pin;

    type Taking<'a> = Pin<Box<dyn Future<Output = Result<Turn<'a>, StoreError>> + Send + 'a>>;

    fn taking(turns: &Turns, n: u128) -> Taking<'_> {
        turns.take(Uuid::from_u128(n)).boxed()
    }

    fn now<'a>(taking: &mut Taking<'a>) -> Option<Turn<'a>> {
        taking.now_or_never().map(|taken| taken.expect("there is room"))
    }

    #[tokio::test]
    async fn of_many_on_one_aggregate_two_are_under_way_and_the_others_follow_in_order() {
        let turns = Turns::new();
        let first = now(&mut taking(&turns, 1)).expect("it is alone");
        let mut queued = [taking(&turns, 1), taking(&turns, 1), taking(&turns, 1)];
        let second = now(&mut queued[0]).expect("nobody queues before it");
        assert!(now(&mut queued[1]).is_none() && now(&mut queued[2]).is_none());
        drop(first);
        let mut late = taking(&turns, 1);
        assert!(now(&mut late).is_none(), "it overtakes nobody");
        drop(second);
        assert!(now(&mut queued[2]).is_none());
        let third = now(&mut queued[1]).expect("its turn");
        drop(third);
        drop(now(&mut queued[2]).expect("its turn"));
        drop(now(&mut late).expect("its turn"));
        drop((queued, late));
        assert!(turns.queues().is_empty(), "nothing is kept of what is over");
    }

    #[tokio::test]
    async fn commands_on_different_aggregates_do_not_wait_for_each_other() {
        let turns = Turns::new();
        let held: Vec<_> = (0..2).map(|_| now(&mut taking(&turns, 1)).expect("the first two")).collect();
        assert!(now(&mut taking(&turns, 2)).is_some());
        assert!(now(&mut taking(&turns, 1 + COUNTERS as u128)).is_some(), "it only shares a counter");
        drop(held);
    }

    #[tokio::test]
    async fn a_queue_is_bounded_and_who_gives_up_leaves_it() {
        let turns = Turns::new();
        let alone = now(&mut taking(&turns, 1));
        let mut queued: Vec<_> = (0..QUEUE).map(|_| taking(&turns, 1)).collect();
        let held: Vec<_> = queued.iter_mut().filter_map(now).collect();
        assert_eq!((alone.is_some(), held.len()), (true, 1));
        let refused = taking(&turns, 1).now_or_never();
        assert!(matches!(refused, Some(Err(StoreError::Overloaded))));
        queued.pop();
        assert!(taking(&turns, 1).now_or_never().is_none(), "there is room again");
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_for_a_turn_that_does_not_come_is_told_to_come_back() {
        let turns = Turns::new();
        let held = [now(&mut taking(&turns, 1)), now(&mut taking(&turns, 1))];
        assert!(matches!(turns.take(Uuid::from_u128(1)).await, Err(StoreError::Overloaded)));
        drop(held);
    }
}
