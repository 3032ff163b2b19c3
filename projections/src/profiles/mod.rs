//! Profiles: people, their counts of followers and followed people, and who these are.

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

/// A person as others see them, with the viewer's relations to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The person's id.
    pub id: UserId,
    /// The handle as its owner writes it.
    pub handle: String,
    /// The name by which the person is shown, free text.
    pub display_name: String,
    /// The person's words about themself.
    pub bio: String,
    /// The links that the profile shows, in order.
    pub links: Vec<String>,
    /// The photo by which the person is shown.
    pub avatar_media_id: Option<MediaId>,
    /// The photo over the person's profile.
    pub banner_media_id: Option<MediaId>,
    /// True if the person decides who follows them; only followers then see what the person publishes.
    pub private: bool,
    /// The posts shown before the person's other posts, in this order.
    pub pinned_post_ids: Vec<PostId>,
    /// The number of the person's followers; those who have left still count.
    pub follower_count: i64,
    /// The number of people whom the person follows; those who have left still count.
    pub following_count: i64,
    /// The number of the person's posts that are not deleted.
    pub post_count: i64,
    /// True if the viewer follows the person; false if nobody is logged in.
    pub followed_by_me: bool,
    /// True if the person follows the viewer; false if nobody is logged in.
    pub follows_me: bool,
    /// True if the viewer has asked to follow the person and was not answered yet.
    pub follow_requested_by_me: bool,
    /// True if the viewer blocks the person.
    pub blocked_by_me: bool,
    /// True if the viewer mutes the person.
    pub muted_by_me: bool,
    /// The sequence of the account's latest event: the `ETag`.
    pub version: i64,
    /// The time when the person registered.
    pub created_at: DateTime<Utc>,
}

impl Person {
    /// Returns true if `viewer` may see the person's posts for everyone, and the person's followers.
    #[must_use]
    pub fn is_open_to(&self, viewer: Option<UserId>) -> bool {
        !self.private || self.followed_by_me || viewer == Some(self.id)
    }
}

/// The projector of the schema `profiles`.
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
