//! The events of a person's followed tags.

use crate::aggregate::domain_event;
use crate::value::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An event of a person's followed tags, stored with the person's stream; the wire form of each is fixed by
/// its golden file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub enum FollowedTagsEvent {
    /// The person follows the tag from now on.
    TagFollowed {
        /// The user who follows.
        user_id: UserId,
        /// The tag, without `#`.
        #[schemars(extend("x-class" = "personal"))]
        tag: String,
    },
    /// The person follows the tag no longer.
    TagUnfollowed {
        /// The user who followed.
        user_id: UserId,
        /// The tag, without `#`.
        #[schemars(extend("x-class" = "personal"))]
        tag: String,
    },
}

domain_event!(FollowedTagsEvent { TagFollowed => "1", TagUnfollowed => "1" });
