//! The events of a post.

use super::Placement;
use crate::aggregate::domain_event;
use crate::value::{Photo, UserId};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An event of a post, stored with the post's stream; the wire form of each is fixed by its golden file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub enum PostEvent {
    /// The post was published: readers can read it from now on.
    PostPublished {
        /// The user who published the post; on an anonymous board their alias.
        author_id: UserId,
        /// One line above the text.
        #[schemars(extend("x-class" = "personal"))]
        title: Option<String>,
        /// The post's text; empty only beside photos.
        #[schemars(extend("x-class" = "personal"))]
        text: String,
        /// The post's tags: those given, and those written in the text.
        #[schemars(extend("x-class" = "personal"))]
        tags: Vec<String>,
        /// Handles written in the text.
        #[schemars(extend("x-class" = "personal"))]
        mentions: Vec<String>,
        /// The post's photos, in the order in which they are shown.
        photos: Vec<Photo>,
        /// True if only followers of the author may read the post.
        followers_only: bool,
        /// The board on which the post was published, if on any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        board: Option<Placement>,
        /// The time when the post was first published elsewhere, for posts moved from another service.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        original_published_at: Option<DateTime<Utc>>,
    },
    /// The post was edited: its words and photos are these from now on.
    PostEdited {
        /// One line above the text.
        #[schemars(extend("x-class" = "personal"))]
        title: Option<String>,
        /// The post's text; empty only beside photos.
        #[schemars(extend("x-class" = "personal"))]
        text: String,
        /// The post's tags: those given, and those written in the text.
        #[schemars(extend("x-class" = "personal"))]
        tags: Vec<String>,
        /// Handles written in the text.
        #[schemars(extend("x-class" = "personal"))]
        mentions: Vec<String>,
        /// The post's photos, in the order in which they are shown.
        photos: Vec<Photo>,
        /// True if only followers of the author may read the post.
        followers_only: bool,
    },
    /// The post was deleted: readers can't read it any more.
    PostDeleted {
        /// The user who had published the post.
        author_id: UserId,
    },
}

domain_event!(PostEvent { PostPublished => "3", PostEdited => "3", PostDeleted => "1" });
