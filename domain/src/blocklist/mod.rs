//! A blocklist: the people whom a person blocks or mutes. Two people of whom one blocks the other see nothing
//! of each other; a muted person is not shown to the person who mutes, and does not learn of it. Each person
//! has one stream, so that whether two people may meet is known from two streams.

mod commands;
mod decide;
mod events;
#[cfg(test)]
mod tests;

pub use commands::BlocklistCommand;
pub use decide::BlocklistRefusal;
pub use events::BlocklistEvent;

use crate::value::UserId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The state of a blocklist: the people whom the person blocks and mutes now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocklist {
    /// The blocked people: neither they nor the person see anything of the other.
    pub blocked: BTreeSet<UserId>,
    /// The muted people: the person sees nothing of them.
    pub muted: BTreeSet<UserId>,
}

impl Blocklist {
    /// The greatest number of people that can be blocked, and that can be muted.
    pub const MAX: usize = 2_000;
}
