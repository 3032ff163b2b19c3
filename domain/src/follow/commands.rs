//! What can be asked of a pair of people.

use crate::value::UserId;

/// Facts about a person to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Followee {
    /// Whether the follower can meet them now: they are there, and do not block the follower.
    pub is_there: bool,
    /// Whether they decide themself who follows them.
    pub is_private: bool,
    /// Whether the follower blocks them.
    pub is_blocked: bool,
}

/// Asked of the stream of one pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FollowCommand {
    /// Begin to follow.
    Follow {
        /// Who follows.
        follower_id: UserId,
        /// Whom.
        followee_id: UserId,
        /// Facts about whom.
        followee: Followee,
    },
    /// Let someone follow who has asked to.
    Accept {
        /// Who asked.
        follower_id: UserId,
        /// Whom; who accepts.
        followee_id: UserId,
    },
    /// Do not let someone follow who has asked to.
    Refuse {
        /// Who asked.
        follower_id: UserId,
        /// Whom; who refuses.
        followee_id: UserId,
    },
    /// Follow no longer, or ask no longer to.
    Unfollow {
        /// Who followed.
        follower_id: UserId,
        /// Whom.
        followee_id: UserId,
    },
}
