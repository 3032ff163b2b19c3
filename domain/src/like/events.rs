//! What has happened between a person and a thing.

use super::Target;
use crate::aggregate::domain_event;
use crate::value::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Stored with the pair's stream; the wire form of each is fixed by its golden file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub enum LikeEvent {
    /// The person likes the thing from now on.
    Liked {
        /// Who likes.
        user_id: UserId,
        /// What.
        target: Target,
    },
    /// The person likes the thing no longer.
    Unliked {
        /// Who liked.
        user_id: UserId,
        /// What.
        target: Target,
    },
}

domain_event!(LikeEvent { Liked => "1", Unliked => "1" });
