//! A comment on a post, or a reply to a comment.

mod commands;
mod decide;
mod events;
#[cfg(test)]
mod tests;

pub use commands::{CommentBody, CommentCommand, CommentedPost, Parent};
pub use decide::CommentRefusal;
pub use events::CommentEvent;

use crate::value::{CommentId, PostId, UserId};
use serde::{Deserialize, Serialize};

/// The state of a comment; default when the comment was never written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// True if the comment was ever written.
    pub written: bool,
    /// The post under which the comment stands.
    pub post_id: PostId,
    /// The user who wrote the comment.
    pub author_id: UserId,
    /// The comment that this one answers, if it is a reply.
    pub parent_id: Option<CommentId>,
    /// The comment on the post with which the thread begins, if this one is a reply.
    pub root_id: Option<CommentId>,
    /// The comment's text.
    pub text: String,
    /// Handles written in the text.
    pub mentions: Vec<String>,
    /// True if the comment's author is known by an alias.
    pub anonymous: bool,
    /// True if the comment was deleted: it is gone for readers; a stub stays where replies stand under it.
    pub deleted: bool,
}

impl Comment {
    /// Returns true if readers and commands still find the comment.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.written && !self.deleted
    }
}
