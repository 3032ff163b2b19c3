//! The events of a comment.

use crate::aggregate::domain_event;
use crate::value::{CommentId, PostId, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An event of a comment, stored with the comment's stream; the wire form of each is fixed by its golden
/// file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub enum CommentEvent {
    /// The comment was written: readers can read it from now on.
    CommentWritten {
        /// The post under which the comment stands.
        post_id: PostId,
        /// The user who wrote the comment; under an anonymous post their alias.
        author_id: UserId,
        /// The comment that this one answers, if it is a reply.
        parent_id: Option<CommentId>,
        /// The comment with which the thread begins, if this one is a reply.
        root_id: Option<CommentId>,
        /// The comment's text.
        #[schemars(extend("x-class" = "personal"))]
        text: String,
        /// Handles written in the text.
        #[schemars(extend("x-class" = "personal"))]
        mentions: Vec<String>,
        /// True if the post is anonymous: the comment's author is an alias.
        anonymous: bool,
    },
    /// The comment was edited: its words are these from now on.
    CommentEdited {
        /// The comment's text.
        #[schemars(extend("x-class" = "personal"))]
        text: String,
        /// Handles written in the text.
        #[schemars(extend("x-class" = "personal"))]
        mentions: Vec<String>,
    },
    /// The comment was deleted: readers can't read it any more.
    CommentDeleted {
        /// The post under which the comment stood.
        post_id: PostId,
        /// The user who had written the comment.
        author_id: UserId,
        /// The comment that this one answered, if it was a reply.
        parent_id: Option<CommentId>,
        /// The comment with which the thread begins, if this one was a reply.
        root_id: Option<CommentId>,
    },
}

domain_event!(CommentEvent { CommentWritten => "2", CommentEdited => "1", CommentDeleted => "1" });
