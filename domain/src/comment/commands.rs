//! What can be asked of a comment.

use crate::value::{CommentId, CommentText, Invalid, Marks, Mentions, PostId, UserId};

/// Asked of one comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommentCommand {
    /// Write it for the first time.
    Write {
        /// The post it stands under.
        post_id: PostId,
        /// Facts about that post.
        post: CommentedPost,
        /// Who writes.
        by: UserId,
        /// The comment it answers, if it is a reply.
        parent: Option<Parent>,
        /// What it says.
        body: CommentBody,
    },
    /// Replace what it says.
    Edit {
        /// Who edits.
        by: UserId,
        /// What it says from now on.
        body: CommentBody,
    },
    /// Take it away.
    Delete {
        /// Who deletes.
        by: UserId,
    },
}

/// Facts about the post that is commented on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommentedPost {
    /// Whether it can be read now by who writes.
    pub is_open: bool,
    /// Whether anyone may write on its board at this hour; true where it is on none.
    pub board_is_open: bool,
    /// Whether who writes is known there by an alias.
    pub is_anonymous: bool,
}

/// Facts about the comment that is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parent {
    /// Its id.
    pub id: CommentId,
    /// Whether it can be read now.
    pub is_open: bool,
    /// The post it stands under.
    pub post_id: PostId,
    /// The beginning of its thread, if it is a reply itself.
    pub root_id: Option<CommentId>,
}

/// A comment's words with the marks found in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommentBody {
    /// The text itself.
    pub text: CommentText,
    /// People written in the text.
    pub mentions: Mentions,
}

impl CommentBody {
    /// Finds the marks.
    ///
    /// # Errors
    /// Too many mentions.
    pub fn new(text: CommentText) -> Result<Self, Invalid> {
        let mentions = Mentions::new(Marks::in_text(text.as_str()).mentions)?;
        Ok(Self { text, mentions })
    }
}
