//! The shape of a projector: how one read model is written.

use crate::ports::RecordedEvent;
use domain::Event;
use futures::future::BoxFuture;
use sqlx::{Postgres, Transaction};
use std::sync::Arc;

/// A database transaction of the runner. The transaction's `search_path` is the projection's schema, so a
/// projector's writes name its tables without schema and work on the live copy and on one built beside it
/// alike.
pub type Tx<'c> = Transaction<'c, Postgres>;

/// The definition of a read model, apart from how it is written.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// The read model's schema, and the name that operators use.
    pub name: &'static str,
    /// The read model's version, raised whenever tables or meaning change: an older copy is rebuilt beside
    /// and swapped.
    pub version: i32,
    /// The aggregate types whose events the projector wants.
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

/// A projector writes one read model. The read model lives in one schema; it is disposable and can be
/// rebuilt.
pub trait Projector: Send + Sync + 'static {
    /// Returns the definition of the read model that the projector writes.
    fn definition(&self) -> &'static Definition;

    /// Returns the read model's schema, which is the name that operators use.
    fn name(&self) -> &'static str {
        self.definition().name
    }

    /// Returns true if an event of the projector's interests can change the read model: no transaction is
    /// spent on an event that can't.
    fn concerns(&self, _event: &Event) -> bool {
        true
    }

    /// Applies events that concern the projector, in position order, the batch as a whole: the result must
    /// not depend on how the log is cut into batches. The runner moves the checkpoint in the same
    /// transaction.
    ///
    /// # Errors
    /// The database's error; the whole batch is then rolled back and tried again, event by event at last.
    fn apply<'a>(
        &'a self,
        tx: &'a mut Tx<'_>,
        events: &'a [Arc<RecordedEvent>],
    ) -> BoxFuture<'a, Result<(), sqlx::Error>>;

    /// Makes what [`Projector::fill`] needs and [`Projector::complete`] takes away again, in a copy that was
    /// just made.
    ///
    /// # Errors
    /// The database's error; the rebuild stops.
    fn prepare<'a>(&'a self, _tx: &'a mut Tx<'_>) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        Box::pin(async { Ok(()) })
    }

    /// Applies events to a copy that nobody reads yet, from the first event on. A projector may leave to
    /// [`Projector::complete`] what is far cheaper to write once, at the end.
    ///
    /// # Errors
    /// The database's error; the rebuild stops.
    fn fill<'a>(
        &'a self,
        tx: &'a mut Tx<'_>,
        events: &'a [Arc<RecordedEvent>],
    ) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        self.apply(tx, events)
    }

    /// Writes what [`Projector::fill`] left out: the copy is then as if all events had been applied one by
    /// one.
    ///
    /// # Errors
    /// The database's error; the rebuild stops.
    fn complete<'a>(&'a self, _tx: &'a mut Tx<'_>) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        Box::pin(async { Ok(()) })
    }

    /// Does a bounded piece of delayed work, if there is any. Most projectors delay nothing. Readers must not
    /// miss delayed work: they find its outcome by another way until it is done.
    ///
    /// # Errors
    /// The database's error; the piece is rolled back and tried again.
    fn work<'a>(&'a self, _tx: &'a mut Tx<'_>) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        Box::pin(async { Ok(()) })
    }

    /// Returns true if [`Projector::work`] has something to do: a projector that overrides `work` overrides
    /// this function, too.
    ///
    /// # Errors
    /// The database's error.
    fn has_work<'a>(&'a self, _tx: &'a mut Tx<'_>) -> BoxFuture<'a, Result<bool, sqlx::Error>> {
        Box::pin(async { Ok(false) })
    }
}

/// A check: a statement about the events with which the projection's tables must agree.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// The statement in words, for the operator who reads that the check failed.
    pub states: &'static str,
    /// The check's query, which returns differences as one `text` column; it reads `public.events` where
    /// `position <= $1` and the projection's tables without schema names.
    pub sql: &'static str,
}
