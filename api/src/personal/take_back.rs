//! What is undone of a person who is erased, feature by feature. Each part may be repeated without harm.

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

/// How many commands are on their way at once.
const AT_ONCE: usize = 32;

/// Deletes things, and answers how many there were.
pub type Deletion = for<'a> fn(&'a ErasedPerson) -> BoxFuture<'a, Result<usize, TakeBackError>>;

/// Ends what stands.
pub type Ending = for<'a> fn(&'a ErasedPerson) -> BoxFuture<'a, Result<(), TakeBackError>>;

/// Deletes files.
pub type Clearing = for<'a> fn(&'a ErasedPerson, &'a Storage) -> BoxFuture<'a, Result<(), StorageError>>;

/// One part of what a feature takes back.
#[derive(Clone, Copy)]
pub enum TakeBack {
    /// Deletes what the person made. All deletions come first.
    Delete {
        /// What is deleted, as operators read it after a number.
        plural: &'static str,
        /// The deletion.
        run: Deletion,
    },
    /// Ends what stands between the person and others, or what is remembered for them. Comes after all deletions.
    End(Ending),
    /// Deletes files of theirs, once nothing leads to them any more.
    Clear(Clearing),
}

/// Why something was not taken back; the eraser tries again.
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

/// A person who is erased, as features meet them: commands are executed as the service.
pub struct ErasedPerson {
    /// Who it is.
    pub id: UserId,
    /// By aggregate type, the ids of what the person made by name.
    pub made: HashMap<String, Vec<Uuid>>,
    /// Runs commands.
    pub executor: Executor,
    /// The log's database. No limit of time ends its questions.
    pub pool: PgPool,
}

impl ErasedPerson {
    /// The aggregates of a type that the person made, deleted ones, too.
    #[must_use]
    pub fn made<A: Decide>(&self) -> &[Uuid] {
        self.made.get(A::TYPE).map_or(&[], Vec::as_slice)
    }

    /// The state of an aggregate.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn state<A: Stored>(&self, id: Uuid) -> Result<A, TakeBackError> {
        Ok(self.executor.load::<A>(id).await?.state.clone())
    }

    /// The events that a statement selects for the person's id: `aggregate_type, event_type, event_version, payload`.
    ///
    /// # Errors
    /// The database's, or that an event can't be read.
    pub async fn events(&self, sql: &'static str) -> Result<Vec<Event>, TakeBackError> {
        let rows: Vec<(String, String, String, Value)> =
            sqlx::query_as(sql).bind(self.id.to_string()).fetch_all(&self.pool).await?;
        let events = rows.into_iter().map(|(aggregate_type, event_type, version, payload)| {
            Event::decode(&aggregate_type, &event_type, &version, payload)
                .map_err(|error| StoreError::Unreadable(Box::new(error)).into())
        });
        events.collect()
    }

    /// Deletes all that the person made of a type, and answers how much that is.
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

    /// Executes a command. What is not there any more need not be undone.
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
