//! Comments as JSON.

use crate::edge::body::Fields;
use crate::edge::caller::Person;
use crate::edge::{Alias, Author, Problem, author};
use chrono::{DateTime, Utc};
use domain::comment::{Comment as State, CommentBody};
use domain::value::CommentText;
use event_log::event_store::Answer;
use projections::comments;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A comment or a reply as it is listed and read.
#[derive(Debug, Serialize, ToSchema)]
pub struct Comment {
    /// The comment's id; its time orders lists.
    pub id: Uuid,
    /// The post that the comment stands under.
    pub post_id: Uuid,
    /// The comment that this one answers, if this is a reply.
    pub parent_id: Option<Uuid>,
    /// The comment that begins the thread, if this is a reply.
    pub root_id: Option<Uuid>,
    /// The author; null where only a stub is left, and under an anonymous post.
    pub author: Option<Author>,
    /// The alias of the author under an anonymous post, else null.
    pub alias: Option<Alias>,
    /// True if the post's author wrote the comment.
    pub by_post_author: bool,
    /// The comment's text; null where only a stub is left.
    pub text: Option<String>,
    /// Handles written in the text, without `@`.
    pub mentions: Vec<String>,
    /// True if the author has deleted the comment; it stays as a stub where replies stand under it.
    pub deleted: bool,
    /// The number of people who like the comment.
    pub like_count: i64,
    /// The number of replies that stand: the whole thread's for a comment on the post, else those to this
    /// reply.
    pub reply_count: i64,
    /// True if the caller likes the comment.
    pub liked_by_me: bool,
    /// The time when the comment was written.
    pub written_at: DateTime<Utc>,
    /// The time when the comment was last edited, if ever.
    pub edited_at: Option<DateTime<Utc>>,
}

impl From<comments::Comment> for Comment {
    fn from(comment: comments::Comment) -> Self {
        let (author, alias) = comment.by.map_or((None, None), author::split);
        Self {
            id: comment.id.0,
            post_id: comment.post_id.0,
            parent_id: comment.parent_id.map(|id| id.0),
            root_id: comment.root_id.map(|id| id.0),
            author,
            alias,
            by_post_author: comment.by_post_author,
            text: comment.text,
            mentions: comment.mentions,
            deleted: comment.deleted,
            like_count: comment.like_count,
            reply_count: comment.reply_count,
            liked_by_me: comment.liked_by_me,
            written_at: comment.written_at,
            edited_at: comment.edited_at,
        }
    }
}

impl Comment {
    /// A comment right after it was written: nobody has liked or answered it yet.
    #[must_use]
    pub fn written(answer: Answer<State>, by: &Person, by_post_author: bool) -> Self {
        let (author, alias) = author::of_writer(by, answer.state.author_id, answer.state.anonymous);
        Self {
            id: answer.id,
            post_id: answer.state.post_id.0,
            parent_id: answer.state.parent_id.map(|id| id.0),
            root_id: answer.state.root_id.map(|id| id.0),
            author,
            alias,
            by_post_author,
            text: Some(answer.state.text),
            mentions: answer.state.mentions,
            deleted: false,
            like_count: 0,
            reply_count: 0,
            liked_by_me: false,
            written_at: answer.created_at,
            edited_at: None,
        }
    }
}

/// A comment right after it was edited: what its author has decided, without what others have done since.
#[derive(Debug, Serialize, ToSchema)]
pub struct EditedComment {
    /// The comment's id.
    pub id: Uuid,
    /// The post that the comment stands under.
    pub post_id: Uuid,
    /// The comment that this one answers, if this is a reply.
    pub parent_id: Option<Uuid>,
    /// The comment that begins the thread, if this is a reply.
    pub root_id: Option<Uuid>,
    /// The author's id; under an anonymous post, that of their alias.
    pub author_id: Uuid,
    /// The comment's text.
    pub text: String,
    /// Handles written in the text, without `@`.
    pub mentions: Vec<String>,
    /// The time when the comment was written.
    pub written_at: DateTime<Utc>,
    /// The time when the comment was last edited, if ever.
    pub edited_at: Option<DateTime<Utc>>,
}

impl From<Answer<State>> for EditedComment {
    fn from(answer: Answer<State>) -> Self {
        Self {
            id: answer.id,
            post_id: answer.state.post_id.0,
            parent_id: answer.state.parent_id.map(|id| id.0),
            root_id: answer.state.root_id.map(|id| id.0),
            author_id: answer.state.author_id.0,
            text: answer.state.text,
            mentions: answer.state.mentions,
            written_at: answer.created_at,
            edited_at: (answer.version > 1).then_some(answer.updated_at),
        }
    }
}

/// A new comment or reply.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteComment {
    /// The text, 1 to 2,000 characters. `@mentions` in it count.
    pub text: String,
    /// The comment to answer, on the same post.
    #[serde(default)]
    pub parent_id: Option<Uuid>,
}

/// The text of a comment from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditComment {
    /// The text, 1 to 2,000 characters. `@mentions` in it count.
    pub text: String,
}

/// Checks the text of a comment.
///
/// # Errors
/// 422 with what is wrong.
pub fn body(text: &str) -> Result<CommentBody, Problem> {
    let mut fields = Fields::default();
    let body = fields.take("/text", CommentText::parse(text).and_then(CommentBody::new));
    body.ok_or_else(|| fields.problem())
}
