//! What has happened between two people.

use crate::aggregate::domain_event;
use crate::value::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Stored with the pair's stream; the wire form of each is fixed by its golden file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub enum FollowEvent {
    /// The one follows the other from now on.
    Followed {
        /// Who follows.
        follower_id: UserId,
        /// Whom.
        followee_id: UserId,
    },
    /// The one asks to follow the other, whose account is private.
    FollowRequested {
        /// Who asks.
        follower_id: UserId,
        /// Whom.
        followee_id: UserId,
    },
    /// The one does not ask any more.
    FollowRequestWithdrawn {
        /// Who asked.
        follower_id: UserId,
        /// Whom.
        followee_id: UserId,
    },
    /// The other does not want it.
    FollowRequestRefused {
        /// Who asked.
        follower_id: UserId,
        /// Whom.
        followee_id: UserId,
    },
    /// The one follows the other no longer.
    Unfollowed {
        /// Who followed.
        follower_id: UserId,
        /// Whom.
        followee_id: UserId,
    },
}

domain_event!(FollowEvent {
    Followed => "1",
    FollowRequested => "1",
    FollowRequestWithdrawn => "1",
    FollowRequestRefused => "1",
    Unfollowed => "1",
});
