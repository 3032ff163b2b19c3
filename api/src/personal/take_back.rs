//! The parts of an erasure: what each feature undoes of a person who is erased. Each part may be repeated
//! without harm.

use domain::value::UserId;
use domain::{Decide, Event, Refusal, RefusalKind};
use event_log::event_store::{CommandError, Envelope, Executor, StoreError, Stored};
use futures::TryStreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use photos::s3::{Storage, StorageError};
use serde_json::Value;
use sqlx::PgPool;
use std::collections::HashMap;
use uuid::Uuid;

/// The number of commands that are on their way at once.
const AT_ONCE: usize = 32;

/// A function that deletes what a person made, and returns how much there was.
pub type Deletion = for<'a> fn(&'a ErasedPerson) -> BoxFuture<'a, Result<usize, TakeBackError>>;

/// A function that ends what stands between a person and others.
pub type Ending = for<'a> fn(&'a ErasedPerson) -> BoxFuture<'a, Result<(), TakeBackError>>;

/// A function that deletes files.
pub type Clearing = for<'a> fn(&'a ErasedPerson, &'a Storage) -> BoxFuture<'a, Result<(), StorageError>>;

/// One part of what a feature takes back.
#[derive(Clone, Copy)]
pub enum TakeBack {
    /// Deletes what the person made. All deletions come first.
    Delete {
        /// The plural that operators read after the number of deletions.
        plural: &'static str,
        /// The deletion.
        run: Deletion,
    },
    /// Ends relations between the person and others, or records kept for the person. Endings come after all
    /// deletions.
    End(Ending),
    /// Deletes files of the person, once nothing leads to the files any more.
    Clear(Clearing),
}

/// The reason why a part was not taken back; the eraser tries again.
#[derive(Debug, thiserror::Error)]
pub enum TakeBackError {
    /// The log can't be reached.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A rule of the domain forbids it.
    #[error("{0}")]
    Refused(String),
    /// The database can't be reached.
    #[error("the database can't be reached")]
    Database(#[from] sqlx::Error),
}

/// An erased person, as features meet them: commands are executed as the service.
pub struct ErasedPerson {
    /// The person's id.
    pub id: UserId,
    /// The ids of what the person made by name, by aggregate type.
    pub made: HashMap<String, Vec<Uuid>>,
    /// The executor that runs commands.
    pub executor: Executor,
    /// The log's database, without a time limit on its statements.
    pub pool: PgPool,
}

impl ErasedPerson {
    /// Returns the ids of the aggregates of a type that the person made, deleted ones, too.
    #[must_use]
    pub fn made<A: Decide>(&self) -> &[Uuid] {
        self.made.get(A::TYPE).map_or(&[], Vec::as_slice)
    }

    /// Loads the state of an aggregate.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn state<A: Stored>(&self, id: Uuid) -> Result<A, TakeBackError> {
        Ok(self.executor.load::<A>(id).await?.state.clone())
    }

    /// Returns the events that a statement selects for the person's id: `aggregate_type, event_type,
    /// event_version, payload`.
    ///
    /// # Errors
    /// The database's errors, or that an event can't be read.
    pub async fn events(&self, sql: &'static str) -> Result<Vec<Event>, TakeBackError> {
        let rows: Vec<(String, String, String, Value)> =
            sqlx::query_as(sql).bind(self.id.to_string()).fetch_all(&self.pool).await?;
        let events = rows.into_iter().map(|(aggregate_type, event_type, version, payload)| {
            Event::decode(&aggregate_type, &event_type, &version, payload)
                .map_err(|error| StoreError::Unreadable(Box::new(error)).into())
        });
        events.collect()
    }

    /// Deletes all aggregates of a type that the person made, and returns how many there are.
    ///
    /// # Errors
    /// The first failure.
    pub async fn delete<A: Stored>(&self, command: <A as Decide>::Command) -> Result<usize, TakeBackError>
    where
        <A as Decide>::Command: Clone,
    {
        let made = self.made::<A>();
        self.execute_all::<A>(made.iter().map(|&id| (id, command.clone())).collect()).await?;
        Ok(made.len())
    }

    /// Executes commands, some of them at once.
    ///
    /// # Errors
    /// The first failure.
    pub async fn execute_all<A: Stored>(
        &self,
        commands: Vec<(Uuid, <A as Decide>::Command)>,
    ) -> Result<(), TakeBackError> {
        let mut commands = commands.into_iter();
        loop {
            let some = commands.by_ref().take(AT_ONCE);
            let some: FuturesUnordered<_> =
                some.map(|(id, command)| self.execute::<A>(id, command)).collect();
            if some.is_empty() {
                return Ok(());
            }
            some.try_collect::<()>().await?;
        }
    }

    /// Executes a command. An aggregate that is not there any more need not be undone.
    ///
    /// # Errors
    /// See [`TakeBackError`].
    pub async fn execute<A: Stored>(
        &self,
        id: Uuid,
        command: <A as Decide>::Command,
    ) -> Result<(), TakeBackError> {
        match self.executor.execute::<A>(id, command, &Envelope::of_service()).await {
            Ok(_) => Ok(()),
            Err(CommandError::Refused(refusal)) if refusal.kind() == RefusalKind::NotFound => Ok(()),
            Err(CommandError::Store(error)) => Err(error.into()),
            Err(other) => Err(TakeBackError::Refused(other.to_string())),
        }
    }
}
