//! What can be asked of a person and a thing.

use super::Target;
use crate::value::UserId;

/// Asked of the stream of one person and one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LikeCommand {
    /// Like it.
    Like {
        /// Who likes.
        user_id: UserId,
        /// What.
        target: Target,
        /// Fact: whether the thing can be read now.
        target_is_open: bool,
    },
    /// Like it no longer.
    Unlike {
        /// Who liked.
        user_id: UserId,
        /// What.
        target: Target,
    },
}
