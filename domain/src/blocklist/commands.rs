//! The commands of a blocklist.

use crate::value::UserId;

/// A command for one person's blocklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlocklistCommand {
    /// Blocks a user: keeps the two away from each other.
    Block {
        /// The user who blocks.
        by: UserId,
        /// The user to block.
        user_id: UserId,
    },
    /// Unblocks a user: lets the two meet again.
    Unblock {
        /// The user who blocked.
        by: UserId,
        /// The user to unblock.
        user_id: UserId,
    },
    /// Mutes a user: the user who mutes sees nothing of them.
    Mute {
        /// The user who mutes.
        by: UserId,
        /// The user to mute.
        user_id: UserId,
    },
    /// Unmutes a user: the user who muted sees them again.
    Unmute {
        /// The user who muted.
        by: UserId,
        /// The user to unmute.
        user_id: UserId,
    },
}
