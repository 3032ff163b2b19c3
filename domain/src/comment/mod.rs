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

/// What is known of a comment; default when it was never written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// Whether it ever was.
    pub written: bool,
    /// The post it stands under.
    pub post_id: PostId,
    /// Who wrote it.
    pub author_id: UserId,
    /// The comment it answers, if it is a reply.
    pub parent_id: Option<CommentId>,
    /// The comment on the post that its thread begins with, if it is a reply.
    pub root_id: Option<CommentId>,
    /// What it says.
    pub text: String,
    /// Handles written in the text.
    pub mentions: Vec<String>,
    /// Its author is known by an alias.
    pub anonymous: bool,
    /// Gone for readers; a stub stays where replies stand under it.
    pub deleted: bool,
}

impl Comment {
    /// Whether readers and commands still find it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.written && !self.deleted
    }
}
