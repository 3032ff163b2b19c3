//! Tags: which posts carry one, and how many do.

mod project;
pub mod query;
#[cfg(test)]
mod tests;

pub use query::{posts, top};

use crate::{Check, Definition, Projector, RecordedEvent, Tx};
use domain::Event;
use domain::post::PostEvent;
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

static DEFINITION: Definition = Definition {
    name: "tags",
    version: 1,
    interests: &["post"],
    tables: include_str!("tables.sql"),
    indexes: include_str!("indexes.sql"),
    compared: &["select tag, post_id from tagged", "select tag, post_count from tags"],
    checks: &[Check {
        states: "posts carry the tags of their latest event, and each tag is counted",
        sql: include_str!("check.sql"),
    }],
};

impl Projector for TagsProjector {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn concerns(&self, event: &Event) -> bool {
        !matches!(event, Event::Post(PostEvent::PostPublished { tags, .. }) if tags.is_empty())
    }

    fn apply<'a>(
        &'a self,
        tx: &'a mut Tx,
        events: &'a [Arc<RecordedEvent>],
    ) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        Box::pin(project::apply(tx, events))
    }
}
