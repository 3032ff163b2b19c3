//! What has happened to a post.

use super::Placement;
use crate::aggregate::domain_event;
use crate::value::{Photo, UserId};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Stored with the post's stream; the wire form of each is fixed by its golden file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub enum PostEvent {
    /// It can be read from now on.
    PostPublished {
        /// Who published it; on an anonymous board their alias.
        author_id: UserId,
        /// One line above the text.
        #[schemars(extend("x-class" = "personal"))]
        title: Option<String>,
        /// What it says.
        #[schemars(extend("x-class" = "personal"))]
        text: String,
        /// Given and written in the text.
        #[schemars(extend("x-class" = "personal"))]
        tags: Vec<String>,
        /// Handles written in the text.
        #[schemars(extend("x-class" = "personal"))]
        mentions: Vec<String>,
        /// In the order in which they are shown.
        photos: Vec<Photo>,
        /// Only those who follow the author may read it.
        followers_only: bool,
        /// Where it was published, if on a board.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        board: Option<Placement>,
        /// When it was first published elsewhere, for posts moved from another service.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        original_published_at: Option<DateTime<Utc>>,
    },
    /// It says something else from now on.
    PostEdited {
        /// One line above the text.
        #[schemars(extend("x-class" = "personal"))]
        title: Option<String>,
        /// What it says.
        #[schemars(extend("x-class" = "personal"))]
        text: String,
        /// Given and written in the text.
        #[schemars(extend("x-class" = "personal"))]
        tags: Vec<String>,
        /// Handles written in the text.
        #[schemars(extend("x-class" = "personal"))]
        mentions: Vec<String>,
        /// In the order in which they are shown.
        photos: Vec<Photo>,
        /// Only those who follow the author may read it.
        followers_only: bool,
    },
    /// It can't be read any more.
    PostDeleted {
        /// Who had published it.
        author_id: UserId,
    },
}

domain_event!(PostEvent { PostPublished => "3", PostEdited => "3", PostDeleted => "1" });
