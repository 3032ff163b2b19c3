//! What can be asked of a pair of people.

use crate::value::UserId;

/// Asked of the stream of one pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FollowCommand {
    /// Begin to follow.
    Follow {
        /// Who follows.
        follower_id: UserId,
        /// Whom.
        followee_id: UserId,
        /// Fact: whether the followee can be met now.
        followee_is_active: bool,
    },
    /// Follow no longer.
    Unfollow {
        /// Who followed.
        follower_id: UserId,
        /// Whom.
        followee_id: UserId,
    },
}
