//! Posts: cards with their author, their counts, and the viewer's like.

mod fold;
mod project;
pub mod query;
#[cfg(test)]
mod tests;

pub use crate::authors::{Author, Byline};
pub use crate::likes::Liker;
pub use query::{
    by_author, by_id, cards, latest, liked_by, likers, of_board, photo_by_id, photos, popular_of_board,
    readable, versions,
};

use crate::{Check, Definition, Projector, RecordedEvent, Tx, authors, follows, hidden, likes};
use chrono::{DateTime, Utc};
use domain::value::{BoardId, Photo, PostId};
use futures::future::BoxFuture;
use std::sync::Arc;

/// A post as the viewer sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// The post's id.
    pub id: PostId,
    /// The post's author, or their alias.
    pub by: Byline,
    /// The board of the post, if it is on one.
    pub board_id: Option<BoardId>,
    /// True if only followers of the author may read the post.
    pub followers_only: bool,
    /// One line above the text.
    pub title: Option<String>,
    /// The post's text.
    pub text: String,
    /// The post's tags: those given, and those written in the text.
    pub tags: Vec<String>,
    /// Handles written in the text.
    pub mentions: Vec<String>,
    /// The post's photos, in the order in which they are shown.
    pub photos: Vec<Photo>,
    /// The number of people who like the post; those who have left still count.
    pub like_count: i64,
    /// The number of comments and replies that are not deleted.
    pub comment_count: i64,
    /// The number of people who have looked at the post, each counted once a day.
    pub view_count: i64,
    /// True if the viewer likes the post; false if nobody is logged in.
    pub liked_by_me: bool,
    /// The sequence of the post's latest event: the `ETag`.
    pub version: i64,
    /// The time of publication; the original time for posts moved from another service.
    pub published_at: DateTime<Utc>,
    /// The time of the post's last edit, if there was any.
    pub edited_at: Option<DateTime<Utc>>,
}

/// A version of a post: what it said from some time on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostVersion {
    /// The sequence of the event that made the version.
    pub version: i64,
    /// One line above the text.
    pub title: Option<String>,
    /// The version's text.
    pub text: String,
    /// The version's tags: those given, and those written in the text.
    pub tags: Vec<String>,
    /// The version's photos, in the order in which they were shown.
    pub photos: Vec<Photo>,
    /// The time from which on the post said this.
    pub written_at: DateTime<Utc>,
}

/// A photo in a list of photos.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostPhoto {
    /// The post that shows the photo.
    pub post_id: PostId,
    /// The photo's place among the post's photos, from 0.
    pub place: i32,
    /// The author of the post.
    pub author: Author,
    /// The photo itself.
    pub photo: Photo,
}

/// The projector of the schema `posts`.
#[derive(Clone, Copy, Debug)]
pub struct PostsProjector;

static DEFINITION: Definition = Definition {
    name: "posts",
    version: 3,
    interests: &["user", "post", "comment", "like", "follow", "blocklist", "view_batch"],
    tables: concat!(
        include_str!("tables.sql"),
        include_str!("../authors/tables.sql"),
        include_str!("../hidden/tables.sql"),
        include_str!("../likes/tables.sql")
    ),
    indexes: concat!(include_str!("indexes.sql"), include_str!("../likes/indexes.sql")),
    compared: &[
        "select post_id, author_id, title, text, tags, mentions, photos, followers_only, board_id,
            anonymous, like_count, comment_count, view_count, version, published_at, edited_at
         from posts",
        "select media_id, post_id, place, author_id from photos",
        "select post_id, version, title, text, tags, photos, written_at from versions",
        "select post_id from deleted",
        "select follower_id, followee_id from follows",
        hidden::COMPARED,
        authors::COMPARED,
        likes::COMPARED,
    ],
    checks: &[
        Check { states: "posts are as their latest events say", sql: include_str!("checks/posts.sql") },
        Check {
            states: "versions are those of the posts that were edited",
            sql: include_str!("checks/versions.sql"),
        },
        Check { states: "photos are those of the posts", sql: include_str!("checks/photos.sql") },
        Check { states: "deleted posts are known", sql: include_str!("checks/deleted.sql") },
        Check {
            states: "who likes which post is what each like's last event says",
            sql: include_str!("checks/likes.sql"),
        },
        Check { states: "who follows whom is known", sql: include_str!("checks/follows.sql") },
        Check { states: "likes, comments and looks are counted", sql: include_str!("checks/counts.sql") },
        authors::CHECK,
        hidden::CHECK,
    ],
};

impl Projector for PostsProjector {
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

    fn prepare<'a>(&'a self, tx: &'a mut Tx<'_>) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        Box::pin(follows::prepare(tx))
    }

    fn fill<'a>(
        &'a self,
        tx: &'a mut Tx<'_>,
        events: &'a [Arc<RecordedEvent>],
    ) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        Box::pin(project::fill(tx, events))
    }

    fn complete<'a>(&'a self, tx: &'a mut Tx<'_>) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        Box::pin(project::complete(tx))
    }
}
