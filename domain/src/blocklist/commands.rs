//! What can be asked of whom a person keeps away.

use crate::value::UserId;

/// Asked of one person's stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlocklistCommand {
    /// Keep someone away, both ways.
    Block {
        /// Who blocks.
        by: UserId,
        /// Whom.
        user_id: UserId,
    },
    /// Let them meet again.
    Unblock {
        /// Who blocked.
        by: UserId,
        /// Whom.
        user_id: UserId,
    },
    /// See nothing of someone.
    Mute {
        /// Who mutes.
        by: UserId,
        /// Whom.
        user_id: UserId,
    },
    /// See them again.
    Unmute {
        /// Who muted.
        by: UserId,
        /// Whom.
        user_id: UserId,
    },
}
