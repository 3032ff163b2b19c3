//! Profiles: people, how many they follow and are followed by, and who these are.

mod fold;
mod project;
pub mod query;
#[cfg(test)]
mod tests;

pub use query::{blocked, by_handle_key, by_id, follow_requests, followers, following, list, muted};

use crate::{Check, Definition, Projector, RecordedEvent, Tx, follows, hidden};
use chrono::{DateTime, Utc};
use domain::value::{MediaId, PostId, UserId};
use futures::future::BoxFuture;
use std::sync::Arc;

/// A person as others see them, and how the viewer stands to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: UserId,
    /// As its owner writes it.
    pub handle: String,
    /// Free text.
    pub display_name: String,
    /// What they say of themself.
    pub bio: String,
    /// Shown on the profile, in order.
    pub links: Vec<String>,
    /// The photo that they are shown by.
    pub avatar_media_id: Option<MediaId>,
    /// The photo over their profile.
    pub banner_media_id: Option<MediaId>,
    /// They decide who follows them, and only these see what they publish.
    pub private: bool,
    /// Shown before their other posts, in this order.
    pub pinned_post_ids: Vec<PostId>,
    /// How many follow them; those who have left still count.
    pub follower_count: i64,
    /// How many they follow; those who have left still count.
    pub following_count: i64,
    /// Their posts that are not deleted.
    pub post_count: i64,
    /// Whether the viewer follows them; not if nobody is logged in.
    pub followed_by_me: bool,
    /// Whether they follow the viewer; not if nobody is logged in.
    pub follows_me: bool,
    /// Whether the viewer has asked to follow them and was not answered yet.
    pub follow_requested_by_me: bool,
    /// Whether the viewer blocks them.
    pub blocked_by_me: bool,
    /// Whether the viewer mutes them.
    pub muted_by_me: bool,
    /// The sequence of their account's latest event: the `ETag`.
    pub version: i64,
    /// When they registered.
    pub created_at: DateTime<Utc>,
}

impl Person {
    /// Whether `viewer` may see what they publish for everyone, and who follows them.
    #[must_use]
    pub fn is_open_to(&self, viewer: Option<UserId>) -> bool {
        !self.private || self.followed_by_me || viewer == Some(self.id)
    }
}

/// Writes the schema `profiles`.
#[derive(Clone, Copy, Debug)]
pub struct ProfilesProjector;

static DEFINITION: Definition = Definition {
    name: "profiles",
    version: 3,
    interests: &["user", "post", "follow", "blocklist"],
    tables: concat!(include_str!("tables.sql"), include_str!("../hidden/tables.sql")),
    indexes: include_str!("indexes.sql"),
    compared: &[
        "select user_id, handle, handle_key, display_name, bio, links, avatar_media_id, banner_media_id,
            active, private, pinned_post_ids, follower_count, following_count, post_count, version, created_at
         from people",
        "select follower_id, followee_id, position from follows",
        "select follower_id, followee_id, position from follow_requests",
        hidden::COMPARED,
    ],
    checks: &[
        Check { states: "people are as their latest events say", sql: include_str!("checks/people.sql") },
        Check {
            states: "who follows whom, or asks to, is what each pair's last event says",
            sql: include_str!("checks/follows.sql"),
        },
        Check {
            states: "followers, followed people and posts are counted",
            sql: include_str!("checks/counts.sql"),
        },
        hidden::CHECK,
    ],
};

impl Projector for ProfilesProjector {
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
