//! The executor of commands: load, decide, append, and again when other commands came in between.

use super::appender::{AppendOutcome, AppenderHandle};
use super::cache::AggregateCache;
use super::command::{Answer, CommandError, Envelope, IdempotencyKey, Loaded, StoreError};
use super::pending::{pend, person};
use super::stream::Streams;
use super::turns::Turns;
use chrono::{DateTime, Utc};
use domain::Decide;
use projections::Position;
use sqlx::PgPool;
use std::sync::Arc;
use uuid::Uuid;

/// The number of times that a command is decided before its sender is told of contention. Within a process
/// commands on one aggregate take turns, so that each try but the first was lost to another process.
const ATTEMPTS: usize = 32;

/// An aggregate that both our executor and cqrs-es's repository can handle.
pub trait Stored: Decide + cqrs_es::Aggregate<Event = <Self as Decide>::Event> {}

impl<A: Decide + cqrs_es::Aggregate<Event = <A as Decide>::Event>> Stored for A {}

/// The executor of commands. Cheap to clone.
#[derive(Clone)]
pub struct Executor {
    pool: PgPool,
    streams: Arc<Streams>,
    cache: AggregateCache,
    turns: Arc<Turns>,
    appender: AppenderHandle,
}

/// The source of the state on which a command is decided.
enum Basis<A> {
    /// A state read from the database just now: what is decided on it stands.
    Fresh(Arc<Loaded<A>>),
    /// A cached state, or that of an aggregate assumed to be new: only an append that succeeds proves it
    /// right.
    Hopeful(Arc<Loaded<A>>),
}

impl Executor {
    /// Makes an executor that reads streams through `pool` and stores events through `appender`.
    #[must_use]
    pub fn new(pool: PgPool, appender: AppenderHandle) -> Self {
        let streams = Arc::new(Streams::new(pool.clone()));
        Self { pool, streams, cache: AggregateCache::new(), turns: Arc::new(Turns::new()), appender }
    }

    /// Carries out one command on one aggregate.
    ///
    /// # Errors
    /// See [`CommandError`]. After [`StoreError::Unavailable`] the command may or may not be stored.
    pub async fn execute<A: Stored>(
        &self,
        id: Uuid,
        command: <A as Decide>::Command,
        envelope: &Envelope,
    ) -> Result<Answer<A>, CommandError<A>> {
        if let Some(key) = &envelope.key
            && let Some(answer) = self.first_answer(key, envelope).await?
        {
            return Ok(answer);
        }
        let _turn = self.turns.take(id).await?;
        let command_id = Uuid::now_v7();
        let mut basis = match self.cache.get::<A>(id) {
            Some(cached) => Basis::Hopeful(cached),
            None => Basis::Hopeful(Arc::default()),
        };
        for _ in 0..ATTEMPTS {
            let (Basis::Fresh(loaded) | Basis::Hopeful(loaded)) = &basis;
            let loaded = loaded.clone();
            let is_fresh = matches!(basis, Basis::Fresh(_));
            match decide(&loaded, &command, envelope) {
                Err(_) if !is_fresh => {}
                Err(refusal) => return Err(refusal),
                Ok(events) if events.is_empty() && !is_fresh => {}
                Ok(events) if events.is_empty() && envelope.key.is_none() => {
                    return Ok(answer(id, &loaded));
                }
                Ok(events) => {
                    let pending = pend::<A>(id, command_id, &loaded, &events, envelope);
                    let outcome = self.appender.append(pending).await?;
                    count::<A>(&outcome);
                    match outcome {
                        AppendOutcome::Stored { position, at } => {
                            let after = Arc::new(after(&loaded, &events, position, at));
                            self.cache.put(id, after.clone());
                            return Ok(answer(id, &after));
                        }
                        AppendOutcome::Seen { position } => return self.answer_at(position).await,
                        AppendOutcome::KeyReused => return Err(CommandError::KeyReused),
                        AppendOutcome::Taken { kind } => return Err(CommandError::ClaimTaken { kind }),
                        AppendOutcome::Conflict => {
                            // The quicker command of this process has left its new state in the cache.
                            if let Some(cached) = self.newer_than(id, loaded.version) {
                                basis = Basis::Hopeful(cached);
                                continue;
                            }
                        }
                    }
                }
            }
            basis = Basis::Fresh(self.load_fresh(id).await?);
        }
        Err(CommandError::Contention)
    }

    /// The aggregate from the cache or else from the database, shared with the cache. The state may be behind
    /// other processes by the time that an announcement takes.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn load<A: Stored>(&self, id: Uuid) -> Result<Arc<Loaded<A>>, StoreError> {
        match self.cache.get::<A>(id) {
            Some(cached) => Ok(cached),
            None => self.load_fresh(id).await,
        }
    }

    /// The id of the aggregate that has claimed the value (a handle's key, for one), if any has.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn claimed(&self, kind: &str, value: &str) -> Result<Option<Uuid>, StoreError> {
        let owner: Option<(String,)> =
            sqlx::query_as("select aggregate_id from claims where kind = $1 and value = $2")
                .bind(kind)
                .bind(value)
                .fetch_optional(&self.pool)
                .await
                .map_err(unavailable)?;
        owner.map(|(id,)| id.parse().map_err(unreadable)).transpose()
    }

    /// Notes that an event was stored, perhaps by another process: a cached state before it is not used any
    /// more.
    pub fn saw(&self, id: Uuid, sequence: i64) {
        self.cache.saw(id, sequence);
    }

    /// Empties the cache, for when events may have been stored that no message has told of.
    pub fn clear_cache(&self) {
        self.cache.clear();
    }

    fn newer_than<A: Stored>(&self, id: Uuid, version: i64) -> Option<Arc<Loaded<A>>> {
        self.cache.get::<A>(id).filter(|cached| cached.version > version)
    }

    async fn load_fresh<A: Stored>(&self, id: Uuid) -> Result<Arc<Loaded<A>>, StoreError> {
        let loaded = Arc::new(self.streams.load::<A>(id, None).await?);
        // An aggregate without events is cached, too: most people block nobody, and every comment loads a
        // blocklist.
        self.cache.put(id, loaded.clone());
        Ok(loaded)
    }

    /// The answer to the first use of this key, if there was one.
    async fn first_answer<A: Stored>(
        &self,
        key: &IdempotencyKey,
        envelope: &Envelope,
    ) -> Result<Option<Answer<A>>, CommandError<A>> {
        let seen: Option<(Vec<u8>, Position)> = sqlx::query_as(
            "select request_hash, position from commands
             where person = $1 and key = $2 and recorded_at > now() - interval '24 hours'",
        )
        .bind(person(envelope))
        .bind(&key.key)
        .fetch_optional(&self.pool)
        .await
        .map_err(unavailable)?;
        match seen {
            None => Ok(None),
            Some((hash, _)) if hash != key.request_hash => Err(CommandError::KeyReused),
            Some((_, position)) => self.answer_at(position).await.map(Some),
        }
    }

    /// The answer of the command whose last event is at the position, rebuilt from the events.
    async fn answer_at<A: Stored>(&self, position: Position) -> Result<Answer<A>, CommandError<A>> {
        let last: Option<(String, String, i64)> =
            sqlx::query_as("select aggregate_type, aggregate_id, sequence from events where position = $1")
                .bind(position)
                .fetch_optional(&self.pool)
                .await
                .map_err(unavailable)?;
        match last {
            // The command found nothing to do, on an aggregate that never had an event.
            None => Ok(answer(Uuid::nil(), &Loaded::default())),
            Some((aggregate_type, ..)) if aggregate_type != <A as Decide>::TYPE => {
                Err(CommandError::KeyReused)
            }
            Some((_, id, sequence)) => {
                let id = id.parse().map_err(unreadable)?;
                Ok(answer(id, &self.streams.load(id, Some(sequence)).await?))
            }
        }
    }
}

fn decide<A: Stored>(
    loaded: &Loaded<A>,
    command: &<A as Decide>::Command,
    envelope: &Envelope,
) -> Result<Vec<<A as Decide>::Event>, CommandError<A>> {
    // An aggregate without events can't have another version: the domain refuses the command.
    if let Some(expected) = &envelope.expected_versions
        && loaded.version > 0
        && !expected.contains(&loaded.version)
    {
        // The domain's refusal goes first: a person who doesn't own the aggregate is told so, whatever
        // version they have seen.
        loaded.state.decide(command).map_err(CommandError::Refused)?;
        return Err(CommandError::VersionMismatch {
            actual: loaded.version,
            is_foreign: expected.is_empty(),
        });
    }
    loaded.state.decide(command).map_err(CommandError::Refused)
}

fn after<A: Stored>(
    before: &Loaded<A>,
    events: &[<A as Decide>::Event],
    position: Position,
    at: DateTime<Utc>,
) -> Loaded<A> {
    if events.is_empty() {
        return before.clone();
    }
    let mut state = before.state.clone();
    for event in events {
        state.evolve(event);
    }
    Loaded {
        state,
        version: before.version + i64::try_from(events.len()).unwrap_or(i64::MAX),
        position,
        created_at: before.created_at.or(Some(at)),
        updated_at: Some(at),
    }
}

fn answer<A: Decide>(id: Uuid, loaded: &Loaded<A>) -> Answer<A> {
    Answer {
        id,
        state: loaded.state.clone(),
        version: loaded.version,
        position: loaded.position,
        created_at: loaded.created_at.unwrap_or_default(),
        updated_at: loaded.updated_at.unwrap_or_default(),
    }
}

fn count<A: Decide>(outcome: &AppendOutcome) {
    let outcome = match outcome {
        AppendOutcome::Stored { .. } => "stored",
        AppendOutcome::Seen { .. } => "seen",
        AppendOutcome::KeyReused => "key_reused",
        AppendOutcome::Taken { .. } => "claim_taken",
        AppendOutcome::Conflict => "conflict",
    };
    metrics::counter!("madang_commands_total", "aggregate" => A::TYPE, "outcome" => outcome).increment(1);
}

fn unavailable(error: sqlx::Error) -> StoreError {
    StoreError::Unavailable(Box::new(error))
}

fn unreadable(error: uuid::Error) -> StoreError {
    StoreError::Unreadable(Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::super::appender::Appender;
    use super::*;
    use domain::blocklist::{Blocklist, BlocklistCommand};
    use domain::value::UserId;
    use sqlx::postgres::PgConnectOptions;

    impl Executor {
        /// An executor without a database: it can only use its cache.
        pub(crate) fn of_nothing() -> Self {
            let (_, appender) = Appender::new(&nowhere());
            Self::new(PgPool::connect_lazy_with(nowhere()), appender)
        }

        pub(crate) fn cache<A: Decide>(&self, id: Uuid) {
            self.cache.put(id, Arc::new(Loaded::<A>::default()));
        }

        pub(crate) fn has_cached<A: Decide>(&self, id: Uuid) -> bool {
            self.cache.get::<A>(id).is_some()
        }
    }

    fn nowhere() -> PgConnectOptions {
        PgConnectOptions::new().host("localhost").port(1)
    }

    #[tokio::test]
    async fn all_of_many_who_change_one_aggregate_at_once_do_so_without_reading_it_again() {
        let (appender, handle) = Appender::new(&nowhere());
        tokio::spawn(appender.pretend());
        let executor = Executor::new(PgPool::connect_lazy_with(nowhere()), handle);
        let (by, envelope) = (UserId(Uuid::from_u128(1)), Envelope::of_service());
        let blocks = (2..66).map(|n| {
            let command = BlocklistCommand::Block { by, user_id: UserId(Uuid::from_u128(n)) };
            executor.execute::<Blocklist>(by.0, command, &envelope)
        });
        let answers = futures::future::try_join_all(blocks).await.expect("nobody is told to repeat it");
        let mut versions: Vec<i64> = answers.iter().map(|answer| answer.version).collect();
        versions.sort_unstable();
        assert_eq!(versions, (1..=64).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn who_asks_a_cached_aggregate_something_gets_no_copy_of_it() {
        let (executor, id) = (Executor::of_nothing(), Uuid::from_u128(1));
        let cached = Arc::new(Loaded::<Blocklist>::default());
        executor.cache.put(id, cached.clone());
        let loaded = executor.load::<Blocklist>(id).await.expect("it is cached");
        assert!(Arc::ptr_eq(&cached, &loaded));
    }
}
