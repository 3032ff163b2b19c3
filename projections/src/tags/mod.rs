//! Tags: the posts that carry a tag and their number, the tag's followers, and the tags that are trending.

mod fold;
mod project;
pub mod query;
#[cfg(test)]
mod tests;

pub use query::{by_name, followed, followed_posts, most_liked_posts, posts, top, trending};

use crate::{Check, Definition, Projector, RecordedEvent, Tx};
use domain::Event;
use domain::like::{LikeEvent, Target};
use domain::post::PostEvent;
use domain::user::UserEvent;
use futures::future::BoxFuture;
use std::sync::Arc;

/// A tag and the number of posts that carry it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagCount {
    /// The tag, without `#`.
    pub tag: String,
    /// The number of posts that carry the tag and are not deleted.
    pub post_count: i64,
}

/// A tag as the viewer sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagPage {
    /// The tag, without `#`.
    pub tag: String,
    /// The number of posts that carry the tag and are not deleted.
    pub post_count: i64,
    /// The number of people who follow the tag; those who have left still count until they are erased.
    pub follower_count: i64,
    /// True if the viewer follows the tag; false if nobody is logged in.
    pub followed_by_me: bool,
}

/// A trend: a tag that is used now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trend {
    /// The tag, without `#`.
    pub tag: String,
    /// The number of posts of the period that carry the tag.
    pub post_count: i64,
    /// The number of different people who published these posts.
    pub author_count: i64,
}

/// The period over which a trend is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// The last 24 hours.
    Day,
    /// The last seven times 24.
    Week,
}

impl Period {
    fn hours(self) -> i32 {
        match self {
            Self::Day => 24,
            Self::Week => 7 * 24,
        }
    }
}

/// The projector of the schema `tags`.
#[derive(Clone, Copy, Debug)]
pub struct TagsProjector;

static DEFINITION: Definition = Definition {
    name: "tags",
    version: 2,
    interests: &["user", "post", "like", "followed_tags"],
    tables: include_str!("tables.sql"),
    indexes: include_str!("indexes.sql"),
    compared: &[
        "select post_id, author_id, published_at, like_count from posts",
        "select tag, post_id, author_id, published_at, like_count from tagged",
        "select user_id, tag from followed",
        "select tag, post_count, follower_count from tags",
    ],
    checks: &[
        Check {
            states: "posts that stand are known, with their author, their time and their likes",
            sql: include_str!("checks/posts.sql"),
        },
        Check {
            states: "posts carry the tags of their latest event, with what is known of the post",
            sql: include_str!("checks/tagged.sql"),
        },
        Check { states: "who follows which tag is known", sql: include_str!("checks/followed.sql") },
        Check {
            states: "each tag's posts and followers are counted",
            sql: include_str!("checks/counts.sql"),
        },
    ],
};

impl Projector for TagsProjector {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    #[allow(clippy::wildcard_enum_match_arm, reason = "the definition names the aggregates of interest")]
    fn concerns(&self, event: &Event) -> bool {
        match event {
            // An edit may give a post without tags its first ones, so every post that could ever carry one is
            // known.
            Event::Post(PostEvent::PostPublished { board, .. }) => {
                !board.is_some_and(|placement| placement.anonymous)
            }
            Event::Post(PostEvent::PostEdited { .. } | PostEvent::PostDeleted { .. })
            | Event::FollowedTags(_) => true,
            Event::Like(LikeEvent::Liked { target, .. } | LikeEvent::Unliked { target, .. }) => {
                match target {
                    Target::Post(_) => true,
                    Target::Comment(_) => false,
                }
            }
            Event::User(event) => matches!(event, UserEvent::PersonErased {}),
            _ => false,
        }
    }

    fn apply<'a>(
        &'a self,
        tx: &'a mut Tx<'_>,
        events: &'a [Arc<RecordedEvent>],
    ) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        Box::pin(project::apply(tx, events))
    }
}
