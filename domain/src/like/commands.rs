//! The commands of a like.

use super::Target;
use crate::value::UserId;

/// A command for the stream of one person and one target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LikeCommand {
    /// Likes the target.
    Like {
        /// The user who likes.
        user_id: UserId,
        /// The post or comment to like.
        target: Target,
        /// Fact: true if the target can be read now.
        target_is_open: bool,
    },
    /// Ends the like.
    Unlike {
        /// The user who liked.
        user_id: UserId,
        /// The post or comment that was liked.
        target: Target,
    },
}
