//! Timelines: the posts that each person's home page shows, written when a post is published, not when the
//! page is read.
//!
//! A timeline is the posts of the reader and of the people they follow now, newest first by post id.
//! Three sources make it up:
//! - entries: a post goes into the entries of its author and, when the author has few enough followers at
//!   that moment, is fanned out to every follower's. Few followers get the post with the event itself, many
//!   by tasks ([`fan_out`]): a follower whom a task has not reached yet finds the post at read.
//! - merged authors: a post by an author with more followers than the threshold is found at read.
//! - the authors themselves: entries older than an owner's newest window may be trimmed; a floor says from
//!   which entry on they are complete, and readers go to the authors below it.
//!
//! Invariants:
//! - An owner's entries are all due: posts of their own, or fanned-out posts of people they follow.
//! - Every post that is due and not older than the owner's floor (every due post, without a floor) is in the
//!   entries or in an open task, and with a floor the entries from it on fill a window at least. Once no task
//!   is open the newest window is therefore the same however the log was cut and whenever tasks ran.
//! - Deletion flags a post and leaves entries alone: readers leave out posts that are gone.

mod batch;
mod fan_out;
mod project;
pub mod query;
#[cfg(test)]
mod tests;

use crate::follows;
use crate::ports::RecordedEvent;
use crate::projector::{Check, Definition, Projector, Tx};
use domain::Decide;
use domain::follow::Follow;
use domain::post::Post;
use futures::future::BoxFuture;
use std::sync::Arc;

/// The projector of the schema `timelines`.
#[derive(Clone, Copy, Debug)]
pub struct TimelinesProjector {
    merge_threshold: u32,
    limits: Limits,
}

/// The limits of how much is stored, and done at once. All limits but the window only shift work in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The window: the number of newest entries that every owner has; at least 1.
    pub window: u16,
    /// The number of followers up to which an author reaches them with the event itself.
    pub followers_at_once: u32,
    /// The number of followers that a task reaches in one turn; at least 1.
    pub chunk: u16,
    /// The number of tasks in one turn: so many of the oldest and so many of the least delivered; at least 1.
    pub tasks: u16,
    /// The number of posts for an owner of which one trims the owner's entries; at least 1.
    pub trim_every: u16,
}

impl Default for Limits {
    fn default() -> Self {
        Self { window: 1_000, followers_at_once: 1_000, chunk: 1_000, tasks: 1, trim_every: 512 }
    }
}

impl TimelinesProjector {
    /// Makes a projector that merges authors with more followers than `merge_threshold` in at read. A copy
    /// keeps the value with which it was begun; another value takes effect with the next rebuild.
    #[must_use]
    pub fn new(merge_threshold: u32, limits: Limits) -> Self {
        Self { merge_threshold, limits }
    }
}

static DEFINITION: Definition = Definition {
    name: "timelines",
    version: 2,
    interests: &[Post::TYPE, Follow::TYPE],
    tables: include_str!("tables.sql"),
    indexes: include_str!("indexes.sql"),
    compared: &[
        "select post_id, author_id, position, fanned_out, deleted from posts",
        "select follower_id, followee_id from follows",
        "select user_id, follower_count, merged from authors",
        "select follower_id, followee_id from merged_follows",
        include_str!("compared_entries.sql"),
    ],
    checks: &[
        Check {
            states: "every post ever published under its author's name is known, with its author and whether it was deleted",
            sql: include_str!("check_posts.sql"),
        },
        Check {
            states: "the pairs that follow are those whose latest event is Followed",
            sql: include_str!("check_follows.sql"),
        },
        Check {
            states: "a post is fanned out when its author had few enough followers at its moment",
            sql: include_str!("check_fanned_out.sql"),
        },
        Check {
            states: "the follows of authors with posts that were not fanned out are merged at read",
            sql: include_str!("check_merged.sql"),
        },
        Check {
            states: "everyone's newest entries are their own and their followees' fanned-out posts",
            sql: include_str!("check_entries.sql"),
        },
    ],
};

impl Projector for TimelinesProjector {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn apply<'a>(
        &'a self,
        tx: &'a mut Tx<'_>,
        events: &'a [Arc<RecordedEvent>],
    ) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        Box::pin(project::apply(tx, self.merge_threshold, self.limits, events))
    }

    fn prepare<'a>(&'a self, tx: &'a mut Tx<'_>) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        Box::pin(follows::prepare(tx))
    }

    fn fill<'a>(
        &'a self,
        tx: &'a mut Tx<'_>,
        events: &'a [Arc<RecordedEvent>],
    ) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        Box::pin(project::fill(tx, self.merge_threshold, self.limits, events))
    }

    fn complete<'a>(&'a self, tx: &'a mut Tx<'_>) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        Box::pin(project::complete(tx, self.merge_threshold, self.limits))
    }

    fn has_work<'a>(&'a self, tx: &'a mut Tx<'_>) -> BoxFuture<'a, Result<bool, sqlx::Error>> {
        Box::pin(fan_out::has_work(tx))
    }

    fn work<'a>(&'a self, tx: &'a mut Tx<'_>) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        Box::pin(fan_out::work(tx, self.merge_threshold, self.limits))
    }
}
