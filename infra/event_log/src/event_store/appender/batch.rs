//! A batch of commands that may be stored together: at most one for each aggregate, claim and key.

use super::{PendingCommand, Waiting};
use domain::Claim;
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use tokio::task::Id;

/// A batch's bounds: more commands would make their neighbours wait longer without storing more per second.
const COMMANDS: usize = 512;
const BYTES: usize = 4 << 20;

/// The names of what a command touches (its aggregate, claims and key), hashed. Only one command at a time
/// may touch each; two commands whose hashes collide wait for each other without need.
pub(super) type Names = Vec<u64>;
/// The names of all commands of a batch.
pub(super) type Taken = HashSet<u64>;

/// A batch in the making.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) commands: Vec<Waiting>,
    pub(super) taken: Taken,
    /// The names of commands that wait for a later batch. A waiting command keeps its turn: a later command
    /// on the same aggregate must not overtake it.
    waiting: Taken,
    bytes: usize,
}

impl Batch {
    pub(super) fn has_room(&self) -> bool {
        self.commands.len() < COMMANDS && self.bytes < BYTES
    }

    /// Lets every waiting command try again to enter the batch.
    pub(super) fn ask_again(&mut self) {
        self.waiting.clear();
    }

    /// Takes the command into the batch, or gives it back if it must wait, for a neighbour or for one of the
    /// batches `in_flight`.
    pub(super) fn admit(&mut self, waiting: Waiting, in_flight: &[(Id, Taken)]) -> Option<Waiting> {
        let is_taken = |name: &u64| {
            self.taken.contains(name)
                || self.waiting.contains(name)
                || in_flight.iter().any(|(_, taken)| taken.contains(name))
        };
        if !self.has_room() || waiting.names.iter().any(is_taken) {
            self.waiting.extend(&waiting.names);
            return Some(waiting);
        }
        let events = &waiting.command.events;
        self.bytes +=
            events.iter().map(|event| event.payload.get().len() + event.metadata.get().len()).sum::<usize>();
        self.taken.extend(&waiting.names);
        self.commands.push(waiting);
        None
    }
}

/// The names of one command.
pub(super) fn names(command: &PendingCommand, hasher: &RandomState) -> Names {
    let mut names = vec![hasher.hash_one(("aggregate", command.aggregate_type, &command.aggregate_id))];
    if let (Some(person), Some(key)) = (&command.person, &command.key) {
        names.push(hasher.hash_one(("key", person, key)));
    }
    names.extend(command.claims.iter().map(|claim| {
        let (Claim::Take { kind, value } | Claim::Release { kind, value }) = claim;
        hasher.hash_one(("claim", kind, value))
    }));
    names
}
