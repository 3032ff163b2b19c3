//! What can be asked of an alias.

use crate::value::{Reason, UserId};

/// Asked of one alias.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AliasCommand {
    /// Note that someone is told whose it is.
    Reveal {
        /// Who is told.
        moderator_id: UserId,
        /// Why they ask.
        reason: Reason,
    },
}
