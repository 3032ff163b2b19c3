//! Tags: which posts carry one, and how many do.

mod project;
pub mod query;
#[cfg(test)]
mod tests;

pub use query::{posts, top};

use crate::{Check, Projector, RecordedEvent, Tx};
use futures::future::BoxFuture;
use std::sync::Arc;

/// A tag and how many posts carry it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagCount {
    /// Without `#`.
    pub tag: String,
    /// Posts that carry it and are not deleted.
    pub post_count: i64,
}

/// Writes the schema `tags`.
#[derive(Clone, Copy, Debug)]
pub struct TagsProjector;

impl Projector for TagsProjector {
    fn name(&self) -> &'static str {
        "tags"
    }

    fn version(&self) -> i32 {
        1
    }

    fn interests(&self) -> &'static [&'static str] {
        &["post"]
    }

    fn tables(&self) -> &'static str {
        include_str!("tables.sql")
    }

    fn indexes(&self) -> &'static str {
        include_str!("indexes.sql")
    }

    fn apply<'a>(
        &'a self,
        tx: &'a mut Tx,
        events: &'a [Arc<RecordedEvent>],
    ) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        Box::pin(project::apply(tx, events))
    }

    fn compared(&self) -> &'static [&'static str] {
        &["select tag, post_id from tagged", "select tag, post_count from tags"]
    }

    fn checks(&self) -> &'static [Check] {
        &[Check {
            states: "posts carry the tags of their latest event, and each tag is counted",
            sql: include_str!("check.sql"),
        }]
    }
}
