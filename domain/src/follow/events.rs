//! The events of a follow.

use crate::aggregate::domain_event;
use crate::value::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An event of a follow, stored with the pair's stream; the wire form of each is fixed by its golden file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub enum FollowEvent {
    /// The follower follows the followee from now on.
    Followed {
        /// The user who follows.
        follower_id: UserId,
        /// The user who is followed.
        followee_id: UserId,
    },
    /// The follower asks to follow the followee, whose account is private.
    FollowRequested {
        /// The user who asks to follow.
        follower_id: UserId,
        /// The user who is asked.
        followee_id: UserId,
    },
    /// The follower has withdrawn the request to follow.
    FollowRequestWithdrawn {
        /// The user who asked to follow.
        follower_id: UserId,
        /// The user who was asked.
        followee_id: UserId,
    },
    /// The followee has refused the request to follow.
    FollowRequestRefused {
        /// The user who asked to follow.
        follower_id: UserId,
        /// The user who was asked, and refuses.
        followee_id: UserId,
    },
    /// The follower follows the followee no longer.
    Unfollowed {
        /// The user who followed.
        follower_id: UserId,
        /// The user who was followed.
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
