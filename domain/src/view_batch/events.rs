//! What has happened to a batch of looks.

use crate::aggregate::domain_event;
use crate::value::PostId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Stored with the batch's stream; its wire form is fixed by its golden file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub enum ViewBatchEvent {
    /// So many people have looked at the posts who had not on that day.
    ViewsCounted {
        /// Each post once.
        posts: Vec<PostViews>,
    },
}

/// Looks at one post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PostViews {
    /// At which.
    pub post_id: PostId,
    /// How many.
    pub views: u32,
}

domain_event!(ViewBatchEvent { ViewsCounted => "1" });
