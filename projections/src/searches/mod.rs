//! Searches: each person sees their own latest searches, and everyone sees the searches of many.
//!
//! No table here has the words: they are in the vault, in `vault.searches`, and in one place only, so that
//! words forgotten there are forgotten. A query joins the words to the rows here by the entry's id. A rebuilt
//! copy therefore equals the live one although the words of searches forgotten meanwhile are gone for good,
//! and an entry whose words are gone before its event came is shown to nobody.
//!
//! Searches of many people are counted when they are requested, over the entries that stand: one person is
//! one voice, as long as they have not forgotten the search, left, or been forgotten. Stored counts, with
//! words, in a table or in events, would have to be taken back then, and would tell by how they changed just
//! after an event whose search it was.
//!
//! Reading order: [`fold`] and [`project`] (who has searched when), [`popular`] (what is shown to everyone),
//! [`query`].

mod fold;
pub mod popular;
mod project;
pub mod query;
#[cfg(test)]
mod tests;

pub use query::{key, recent};

use crate::{Check, Definition, Projector, RecordedEvent, Tx};
use chrono::{DateTime, TimeDelta, Utc};
use domain::Event;
use domain::user::UserEvent;
use domain::value::SearchId;
use futures::future::BoxFuture;
use std::sync::Arc;

/// A search as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// The search's id.
    pub id: SearchId,
    /// The words as the owner wrote them last.
    pub query: String,
    /// The time of the search, the last time.
    pub searched_at: DateTime<Utc>,
}

/// The period over which searches of many people are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// The last 24 hours.
    Day,
    /// The last seven times 24.
    Week,
}

impl Period {
    fn length(self) -> TimeDelta {
        match self {
            Self::Day => TimeDelta::days(1),
            Self::Week => TimeDelta::weeks(1),
        }
    }
}

/// The projector of the schema `searches`.
#[derive(Clone, Copy, Debug)]
pub struct SearchesProjector;

static DEFINITION: Definition = Definition {
    name: "searches",
    version: 1,
    interests: &["user", "search_history"],
    tables: include_str!("tables.sql"),
    indexes: include_str!("indexes.sql"),
    compared: &["select search_id, user_id, position, searched_at from recent", "select user_id from away"],
    checks: &[
        Check {
            states: "what was searched for and not forgotten is known, with its owner and its time",
            sql: include_str!("checks/recent.sql"),
        },
        Check { states: "who has left is known", sql: include_str!("checks/away.sql") },
    ],
};

impl Projector for SearchesProjector {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    #[allow(clippy::wildcard_enum_match_arm, reason = "the definition names the aggregates of interest")]
    fn concerns(&self, event: &Event) -> bool {
        match event {
            Event::SearchHistory(_) => true,
            Event::User(event) => matches!(
                event,
                UserEvent::UserDeactivated {} | UserEvent::UserReactivated {} | UserEvent::PersonErased {}
            ),
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
