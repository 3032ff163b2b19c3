//! The events of a like.

use super::Target;
use crate::aggregate::domain_event;
use crate::value::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An event of a like, stored with the pair's stream; the wire form of each is fixed by its golden file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub enum LikeEvent {
    /// The person likes the target from now on.
    Liked {
        /// The user who likes.
        user_id: UserId,
        /// The post or comment that is liked.
        target: Target,
    },
    /// The person likes the target no longer.
    Unliked {
        /// The user who liked.
        user_id: UserId,
        /// The post or comment that was liked.
        target: Target,
    },
}

domain_event!(LikeEvent { Liked => "1", Unliked => "1" });
