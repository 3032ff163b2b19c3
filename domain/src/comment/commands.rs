//! The commands of a comment.

use crate::value::{CommentId, CommentText, Invalid, Marks, Mentions, PostId, UserId};

/// A command for one comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommentCommand {
    /// Writes the comment for the first time.
    Write {
        /// The post under which the comment stands.
        post_id: PostId,
        /// Facts about that post.
        post: CommentedPost,
        /// The user who writes.
        by: UserId,
        /// The comment that this one answers, if it is a reply.
        parent: Option<Parent>,
        /// The comment's words.
        body: CommentBody,
    },
    /// Replaces the comment's words.
    Edit {
        /// The user who edits.
        by: UserId,
        /// The comment's words from now on.
        body: CommentBody,
    },
    /// Deletes the comment.
    Delete {
        /// The user who deletes.
        by: UserId,
    },
}

/// Facts about the post that is commented on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommentedPost {
    /// True if the user who writes can read the post now.
    pub is_open: bool,
    /// True if anyone may write on the post's board at this hour; true where the post is on no board.
    pub board_is_open: bool,
    /// True if the user who writes is known by an alias under the post.
    pub is_anonymous: bool,
}

/// Facts about the comment that is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parent {
    /// The comment's id.
    pub id: CommentId,
    /// True if the comment can be read now.
    pub is_open: bool,
    /// The post under which the comment stands.
    pub post_id: PostId,
    /// The comment with which the thread begins, if the answered comment is a reply itself.
    pub root_id: Option<CommentId>,
}

/// A comment's words with the marks found in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommentBody {
    /// The comment's text.
    pub text: CommentText,
    /// The people mentioned in the text.
    pub mentions: Mentions,
}

impl CommentBody {
    /// Finds the marks in the text.
    ///
    /// # Errors
    /// Too many mentions.
    pub fn new(text: CommentText) -> Result<Self, Invalid> {
        let mentions = Mentions::new(Marks::in_text(text.as_str()).mentions)?;
        Ok(Self { text, mentions })
    }
}
