//! Comments: threads of two levels. All replies of a thread stand under the comment that began it.

mod fold;
mod project;
pub mod query;
#[cfg(test)]
mod tests;

pub use crate::authors::{Author, Byline};
pub use crate::likes::Liker;
pub use query::{by_author, by_id, likers, of_post, replies};

use crate::{Check, Definition, Projector, RecordedEvent, Tx, authors, hidden, likes};
use chrono::{DateTime, Utc};
use domain::value::{CommentId, PostId};
use futures::future::BoxFuture;
use std::sync::Arc;

/// A comment as the viewer sees it: a stub, if it is deleted or its author has left and replies stand under
/// it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// The comment's id.
    pub id: CommentId,
    /// The post under which the comment stands.
    pub post_id: PostId,
    /// The comment that this one answers, if it is a reply.
    pub parent_id: Option<CommentId>,
    /// The comment with which the thread begins, if this one is a reply.
    pub root_id: Option<CommentId>,
    /// The comment's author, or their alias; `None` for a stub.
    pub by: Option<Byline>,
    /// True if the post's author wrote the comment; false for a stub.
    pub by_post_author: bool,
    /// The comment's text; `None` for a stub.
    pub text: Option<String>,
    /// Handles written in the text; none for a stub.
    pub mentions: Vec<String>,
    /// True if the author has deleted the comment.
    pub deleted: bool,
    /// The number of people who like the comment; 0 for a stub.
    pub like_count: i64,
    /// The number of replies that are not deleted: the whole thread's for a comment on the post, else those
    /// that answer the reply.
    pub reply_count: i64,
    /// True if the viewer likes the comment; false if nobody is logged in, and for a stub.
    pub liked_by_me: bool,
    /// The sequence of the comment's latest event: the `ETag`.
    pub version: i64,
    /// The time when the comment was written.
    pub written_at: DateTime<Utc>,
    /// The time of the comment's last edit, if there was any.
    pub edited_at: Option<DateTime<Utc>>,
}

/// The projector of the schema `comments`.
#[derive(Clone, Copy, Debug)]
pub struct CommentsProjector;

static DEFINITION: Definition = Definition {
    name: "comments",
    version: 3,
    interests: &["user", "post", "comment", "like", "blocklist"],
    tables: concat!(
        include_str!("tables.sql"),
        include_str!("../authors/tables.sql"),
        include_str!("../hidden/tables.sql"),
        include_str!("../likes/tables.sql")
    ),
    indexes: concat!(include_str!("indexes.sql"), include_str!("../likes/indexes.sql")),
    compared: &[
        "select comment_id, post_id, author_id, parent_id, root_id, anonymous, text, mentions,
            like_count, reply_count, deleted, version, written_at, edited_at
         from comments",
        "select post_id, author_id, anonymous from posts",
        hidden::COMPARED,
        authors::COMPARED,
        likes::COMPARED,
    ],
    checks: &[
        Check { states: "comments are as their latest events say", sql: include_str!("checks/comments.sql") },
        Check { states: "standing posts are known", sql: include_str!("checks/posts.sql") },
        Check {
            states: "who likes which comment is what each like's last event says",
            sql: include_str!("checks/likes.sql"),
        },
        Check { states: "likes and replies are counted", sql: include_str!("checks/counts.sql") },
        authors::CHECK,
        hidden::CHECK,
    ],
};

impl Projector for CommentsProjector {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn apply<'a>(
        &'a self,
        tx: &'a mut Tx<'_>,
        events: &'a [Arc<RecordedEvent>],
    ) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        Box::pin(project::apply(tx, events))
    }
}
