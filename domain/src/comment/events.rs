//! What has happened to a comment.

use crate::aggregate::domain_event;
use crate::value::{CommentId, PostId, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Stored with the comment's stream; the wire form of each is fixed by its golden file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub enum CommentEvent {
    /// It can be read from now on.
    CommentWritten {
        /// The post it stands under.
        post_id: PostId,
        /// Who wrote it; under an anonymous post their alias.
        author_id: UserId,
        /// The comment it answers, if it is a reply.
        parent_id: Option<CommentId>,
        /// The beginning of its thread, if it is a reply.
        root_id: Option<CommentId>,
        /// What it says.
        #[schemars(extend("x-class" = "personal"))]
        text: String,
        /// Handles written in the text.
        #[schemars(extend("x-class" = "personal"))]
        mentions: Vec<String>,
        /// The post is: who wrote it is an alias.
        anonymous: bool,
    },
    /// It says something else from now on.
    CommentEdited {
        /// What it says.
        #[schemars(extend("x-class" = "personal"))]
        text: String,
        /// Handles written in the text.
        #[schemars(extend("x-class" = "personal"))]
        mentions: Vec<String>,
    },
    /// It can't be read any more.
    CommentDeleted {
        /// The post it stood under.
        post_id: PostId,
        /// Who had written it.
        author_id: UserId,
        /// The comment it answered, if it was a reply.
        parent_id: Option<CommentId>,
        /// The beginning of its thread, if it was a reply.
        root_id: Option<CommentId>,
    },
}

domain_event!(CommentEvent { CommentWritten => "2", CommentEdited => "1", CommentDeleted => "1" });
