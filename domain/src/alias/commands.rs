//! The commands of an alias.

use crate::value::{Reason, UserId};

/// A command for one alias.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AliasCommand {
    /// Notes that a moderator is told the alias's author.
    Reveal {
        /// The moderator who is told.
        moderator_id: UserId,
        /// The reason why the moderator asks.
        reason: Reason,
    },
}
