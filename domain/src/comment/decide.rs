//! The rules of a comment.

use super::{Comment, CommentBody, CommentCommand, CommentEvent, Parent};
use crate::aggregate::{Decide, Refusal, RefusalKind, cqrs_aggregate};
use crate::value::{PostId, UserId};

/// The rule that a command broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommentRefusal {
    /// The comment was never written, or was deleted.
    #[error("there is no such comment, or it was deleted")]
    CommentNotFound,
    /// The post to comment on is not there.
    #[error("there is no such post, or it was deleted")]
    PostNotFound,
    /// The board is closed: nobody may write on the post's board at this hour.
    #[error("the board is closed at this hour; it can be read, and it says when it opens")]
    BoardClosed,
    /// The comment to answer is not there.
    #[error("the comment to reply to does not exist, or was deleted")]
    ParentNotFound,
    /// The comment to answer stands under another post.
    #[error("the comment to reply to stands under another post; reply under that post")]
    ParentUnderAnotherPost,
    /// Another comment has this id.
    #[error("another comment was written under this id")]
    AlreadyWritten,
    /// The command's sender is not the comment's author, who alone may change the comment.
    #[error("only the comment's author may do this")]
    NotTheAuthor,
}

impl Refusal for CommentRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::CommentNotFound => "comment_not_found",
            Self::PostNotFound => "post_not_found",
            Self::BoardClosed => "board_closed",
            Self::ParentNotFound => "parent_comment_not_found",
            Self::ParentUnderAnotherPost => "parent_under_another_post",
            Self::AlreadyWritten => "comment_already_written",
            Self::NotTheAuthor => "not_the_author",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::CommentNotFound | Self::PostNotFound => RefusalKind::NotFound,
            Self::ParentNotFound | Self::ParentUnderAnotherPost => RefusalKind::Invalid,
            Self::AlreadyWritten => RefusalKind::Conflict,
            Self::NotTheAuthor | Self::BoardClosed => RefusalKind::Forbidden,
        }
    }
}

impl Decide for Comment {
    const TYPE: &'static str = "comment";
    type Command = CommentCommand;
    type Event = CommentEvent;
    type Refusal = CommentRefusal;

    fn decide(&self, command: &CommentCommand) -> Result<Vec<CommentEvent>, CommentRefusal> {
        match command {
            CommentCommand::Write { post_id, post, by, parent, body } => {
                if self.written {
                    let same = self.is_by(*by)
                        && !self.deleted
                        && self.post_id == *post_id
                        && self.parent_id == parent.map(|parent| parent.id)
                        && self.says(body);
                    return if same { Ok(vec![]) } else { Err(CommentRefusal::AlreadyWritten) };
                }
                if !post.is_open {
                    return Err(CommentRefusal::PostNotFound);
                }
                if !post.board_is_open {
                    return Err(CommentRefusal::BoardClosed);
                }
                if let Some(parent) = parent {
                    must_be_answerable(parent, *post_id)?;
                }
                Ok(vec![CommentEvent::CommentWritten {
                    post_id: *post_id,
                    author_id: *by,
                    parent_id: parent.map(|parent| parent.id),
                    root_id: parent.map(|parent| parent.root_id.unwrap_or(parent.id)),
                    text: body.text.to_string(),
                    mentions: body.mentions.to_strings(),
                    anonymous: post.is_anonymous,
                }])
            }
            CommentCommand::Edit { by, body } => {
                self.must_be_open_and_by(*by)?;
                if self.says(body) {
                    return Ok(vec![]);
                }
                Ok(vec![CommentEvent::CommentEdited {
                    text: body.text.to_string(),
                    mentions: body.mentions.to_strings(),
                }])
            }
            CommentCommand::Delete { by } => {
                if self.deleted && self.is_by(*by) {
                    return Ok(vec![]);
                }
                self.must_be_open_and_by(*by)?;
                Ok(vec![CommentEvent::CommentDeleted {
                    post_id: self.post_id,
                    author_id: self.author_id,
                    parent_id: self.parent_id,
                    root_id: self.root_id,
                }])
            }
        }
    }

    fn evolve(&mut self, event: &CommentEvent) {
        match event.clone() {
            CommentEvent::CommentWritten {
                post_id,
                author_id,
                parent_id,
                root_id,
                text,
                mentions,
                anonymous,
            } => {
                *self = Self {
                    written: true,
                    post_id,
                    author_id,
                    parent_id,
                    root_id,
                    text,
                    mentions,
                    anonymous,
                    deleted: false,
                };
            }
            CommentEvent::CommentEdited { text, mentions } => {
                self.text = text;
                self.mentions = mentions;
            }
            CommentEvent::CommentDeleted { .. } => self.deleted = true,
        }
    }
}

cqrs_aggregate!(Comment);

fn must_be_answerable(parent: &Parent, post_id: PostId) -> Result<(), CommentRefusal> {
    if !parent.is_open {
        return Err(CommentRefusal::ParentNotFound);
    }
    if parent.post_id != post_id {
        return Err(CommentRefusal::ParentUnderAnotherPost);
    }
    Ok(())
}

impl Comment {
    fn is_by(&self, user: UserId) -> bool {
        self.written && self.author_id == user
    }

    fn says(&self, body: &CommentBody) -> bool {
        self.text == body.text.as_str() && self.mentions == body.mentions.to_strings()
    }

    fn must_be_open_and_by(&self, user: UserId) -> Result<(), CommentRefusal> {
        if !self.is_open() {
            return Err(CommentRefusal::CommentNotFound);
        }
        if !self.is_by(user) {
            return Err(CommentRefusal::NotTheAuthor);
        }
        Ok(())
    }
}
