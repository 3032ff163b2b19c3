//! Whom a person keeps away: who is blocked sees nothing of them and they see nothing of who is blocked; who is
//! muted is not shown to them, and does not learn of it. One stream for each person, so that whether two people
//! may meet is known from two streams.

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

/// Whom the person keeps away now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocklist {
    /// Neither sees anything of the other.
    pub blocked: BTreeSet<UserId>,
    /// The person sees nothing of them.
    pub muted: BTreeSet<UserId>,
}

impl Blocklist {
    /// How many can be blocked, and how many muted.
    pub const MAX: usize = 2_000;
}
