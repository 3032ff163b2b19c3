//! The commands of a follow.

use crate::value::UserId;

/// Facts about a person to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Followee {
    /// True if the follower can meet the followee now: the followee is there, and does not block the
    /// follower.
    pub is_there: bool,
    /// True if the followee decides who follows them.
    pub is_private: bool,
    /// True if the follower blocks the followee.
    pub is_blocked: bool,
}

/// A command for the stream of one pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FollowCommand {
    /// Follows the followee, or asks to, if their account is private.
    Follow {
        /// The user who follows.
        follower_id: UserId,
        /// The user to follow.
        followee_id: UserId,
        /// Facts about the user to follow.
        followee: Followee,
    },
    /// Accepts the request of a user who has asked to follow.
    Accept {
        /// The user who asked to follow.
        follower_id: UserId,
        /// The user who accepts, and is followed from then on.
        followee_id: UserId,
    },
    /// Refuses the request of a user who has asked to follow.
    Refuse {
        /// The user who asked to follow.
        follower_id: UserId,
        /// The user who refuses.
        followee_id: UserId,
    },
    /// Ends the follow, or withdraws the request to follow.
    Unfollow {
        /// The user who followed, or asked to.
        follower_id: UserId,
        /// The user who was followed, or was asked.
        followee_id: UserId,
    },
}
