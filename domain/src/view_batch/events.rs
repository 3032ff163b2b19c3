//! The events of a view batch.

use crate::aggregate::domain_event;
use crate::value::PostId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An event of a view batch, stored with the batch's stream; its wire form is fixed by its golden file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub enum ViewBatchEvent {
    /// The posts were looked at by so many people who had not looked on that day before.
    ViewsCounted {
        /// The posts with their views, each post once.
        posts: Vec<PostViews>,
    },
}

/// The views of one post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PostViews {
    /// The post's id.
    pub post_id: PostId,
    /// The number of views.
    pub views: u32,
}

domain_event!(ViewBatchEvent { ViewsCounted => "1" });
