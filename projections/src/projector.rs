//! The shape of a projector: how one read model is written.

use crate::ports::RecordedEvent;
use domain::Event;
use futures::future::BoxFuture;
use sqlx::{Postgres, Transaction};
use std::sync::Arc;

/// A database transaction of the runner. Its `search_path` is the projection's schema, so a projector's
/// writes name its tables without schema and work on the live copy and on one built beside it alike.
pub type Tx<'c> = Transaction<'c, Postgres>;

/// What a read model is, apart from how it is written.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// The schema, and the name that operators use.
    pub name: &'static str,
    /// Raised whenever tables or meaning change: an older copy is rebuilt beside and swapped.
    pub version: i32,
    /// The aggregate types whose events it wants.
    pub interests: &'static [&'static str],
    /// `create table` statements without schema names; no types, views or foreign keys to elsewhere.
    pub tables: &'static str,
    /// `create index` statements that readers need but a rebuild's bulk fill does not.
    pub indexes: &'static str,
    /// The rows that two equal copies must share: one `select` without schema names for each table,
    /// leaving out what is allowed to differ.
    pub compared: &'static [&'static str],
    /// Independent SQL straight over `public.events`: each returns one row for each difference between
    /// the events and the projection's tables, and none when they agree.
    pub checks: &'static [Check],
}

/// Writes one read model. Everything it keeps lives in one schema; it is disposable and can be rebuilt.
pub trait Projector: Send + Sync + 'static {
    /// What it writes.
    fn definition(&self) -> &'static Definition;

    /// The schema, and the name that operators use.
    fn name(&self) -> &'static str {
        self.definition().name
    }

    /// Whether an event of its interests can change anything here: where it can't, no transaction is spent on it.
    fn concerns(&self, _event: &Event) -> bool {
        true
    }

    /// Applies events that concern it, in position order, the batch as a whole: the result must not
    /// depend on how the log is cut into batches. The runner moves the checkpoint in the same transaction.
    ///
    /// # Errors
    /// The database's; the whole batch is then rolled back and tried again, event by event at last.
    fn apply<'a>(
        &'a self,
        tx: &'a mut Tx<'_>,
        events: &'a [Arc<RecordedEvent>],
    ) -> BoxFuture<'a, Result<(), sqlx::Error>>;

    /// Makes what [`Projector::fill`] needs and [`Projector::complete`] takes away again, in a copy that was just made.
    ///
    /// # Errors
    /// The database's; the rebuild stops.
    fn prepare<'a>(&'a self, _tx: &'a mut Tx<'_>) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        Box::pin(async { Ok(()) })
    }

    /// Applies events to a copy that nobody reads yet, from the first event on. May leave to
    /// [`Projector::complete`] what is far cheaper to write once, at the end.
    ///
    /// # Errors
    /// The database's; the rebuild stops.
    fn fill<'a>(
        &'a self,
        tx: &'a mut Tx<'_>,
        events: &'a [Arc<RecordedEvent>],
    ) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        self.apply(tx, events)
    }

    /// Writes what [`Projector::fill`] left out: the copy is then as if all had been applied one by one.
    ///
    /// # Errors
    /// The database's; the rebuild stops.
    fn complete<'a>(&'a self, _tx: &'a mut Tx<'_>) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        Box::pin(async { Ok(()) })
    }

    /// Does a bounded piece of delayed work, if there is any. Most projectors delay nothing. What is delayed must not
    /// be missed by readers: they find it by another way until it is done.
    ///
    /// # Errors
    /// The database's; the piece is rolled back and tried again.
    fn work<'a>(&'a self, _tx: &'a mut Tx<'_>) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        Box::pin(async { Ok(()) })
    }

    /// Whether [`Projector::work`] has something to do: whoever overrides that tells.
    ///
    /// # Errors
    /// The database's.
    fn has_work<'a>(&'a self, _tx: &'a mut Tx<'_>) -> BoxFuture<'a, Result<bool, sqlx::Error>> {
        Box::pin(async { Ok(false) })
    }
}

/// A statement about the events that the projection's tables must agree with.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// What it states, for the operator who reads that it failed.
    pub states: &'static str,
    /// Returns differences as one `text` column; reads `public.events` where `position <= $1` and the
    /// projection's tables without schema names.
    pub sql: &'static str,
}
