//! Posts: cards with their author, their counts, and whether the viewer likes them.

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
    /// Which.
    pub id: PostId,
    /// Who published it.
    pub by: Byline,
    /// The board it is on, if on one.
    pub board_id: Option<BoardId>,
    /// Only those who follow the author may read it.
    pub followers_only: bool,
    /// One line above the text.
    pub title: Option<String>,
    /// What it says.
    pub text: String,
    /// Given and written in the text.
    pub tags: Vec<String>,
    /// Handles written in the text.
    pub mentions: Vec<String>,
    /// In the order in which they are shown.
    pub photos: Vec<Photo>,
    /// How many like it; those who have left still count.
    pub like_count: i64,
    /// Comments and replies that are not deleted.
    pub comment_count: i64,
    /// How many have looked at it, each counted once a day.
    pub view_count: i64,
    /// Whether the viewer likes it; not if nobody is logged in.
    pub liked_by_me: bool,
    /// The sequence of its latest event: the `ETag`.
    pub version: i64,
    /// The original time for posts moved from another service.
    pub published_at: DateTime<Utc>,
    /// When it was last edited, if ever.
    pub edited_at: Option<DateTime<Utc>>,
}

/// What a post said from some time on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostVersion {
    /// The sequence of the event that made it.
    pub version: i64,
    /// One line above the text.
    pub title: Option<String>,
    /// What it said.
    pub text: String,
    /// Given and written in the text.
    pub tags: Vec<String>,
    /// In the order in which they were shown.
    pub photos: Vec<Photo>,
    /// Since when.
    pub written_at: DateTime<Utc>,
}

/// A photo in a list of photos.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostPhoto {
    /// The post that shows it.
    pub post_id: PostId,
    /// Where it stands among the post's photos, from 0.
    pub place: i32,
    /// Who published the post.
    pub author: Author,
    /// What is shown.
    pub photo: Photo,
}

/// Writes the schema `posts`.
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
