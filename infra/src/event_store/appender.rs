//! Group commit: while one batch commits, the next gathers, so batches grow with load by themselves.

use super::command::StoreError;
use chrono::{DateTime, Utc};
use domain::Claim;
use projections::Position;
use sqlx::PgPool;
use std::collections::{HashSet, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot, watch};
use tracing::warn;

/// Commands that may wait for their batch; more are told to come back later.
const WAITING: usize = 8_192;
/// Those who were just answered often come back at once; waiting for them a little makes one batch, and one
/// flush to disk, of what would be two. Never longer than this, nor than a third of what storing takes.
const LINGER: Duration = Duration::from_millis(2);
/// Shorter waits than a timer can keep are not worth it.
const TICK: Duration = Duration::from_millis(1);
/// A batch's bounds: more would make its neighbours wait longer without storing more per second.
const BATCH_COMMANDS: usize = 512;
const BATCH_BYTES: usize = 4 << 20;
/// How long a batch is tried again while the database is away, before its commands are answered so.
const PATIENCE: Duration = Duration::from_secs(3);
/// One try; longer means that the connection is as good as gone.
const TRY: Duration = Duration::from_secs(10);

/// One command's events, ready to be stored.
#[derive(Debug)]
pub(super) struct PendingCommand {
    /// Unique; recognises the command when the answer to its batch was lost.
    pub id: String,
    pub aggregate_type: &'static str,
    pub aggregate_id: String,
    /// The sequence it was decided on.
    pub expected: i64,
    /// Whose key: the actor's id, or empty where nobody is logged in.
    pub person: Option<String>,
    pub key: Option<String>,
    pub request_hash: Option<[u8; 32]>,
    /// The aggregate's position, for a command that found nothing to do.
    pub noted: Position,
    pub events: Vec<PendingEvent>,
    pub claims: Vec<Claim>,
}

/// Payload and metadata as JSON text: made by many tasks at once, bound by the one appender.
#[derive(Debug)]
pub(super) struct PendingEvent {
    pub event_type: String,
    pub event_version: String,
    pub payload: String,
    pub metadata: String,
}

/// What became of one command.
#[derive(Debug)]
pub(super) enum Outcome {
    Stored { position: Position, at: DateTime<Utc> },
    Seen { position: Position },
    KeyReused,
    Taken { kind: String },
    Conflict,
}

type Reply = oneshot::Sender<Result<Outcome, StoreError>>;

struct Waiting {
    command: PendingCommand,
    reply: Reply,
}

/// Sends commands to the appender. Cheap to clone.
#[derive(Clone)]
pub struct AppenderHandle {
    queue: mpsc::Sender<Waiting>,
    head: watch::Receiver<Position>,
}

impl AppenderHandle {
    /// The newest position that this process has stored, as it moves; 0 before the first.
    #[must_use]
    pub fn head(&self) -> watch::Receiver<Position> {
        self.head.clone()
    }

    pub(super) async fn append(&self, command: PendingCommand) -> Result<Outcome, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.queue.try_send(Waiting { command, reply }).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => StoreError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => StoreError::Unavailable("shutting down".into()),
        })?;
        answer.await.unwrap_or_else(|_| Err(StoreError::Unavailable("shutting down".into())))
    }
}

/// The one task of a process that appends.
pub struct Appender {
    pool: PgPool,
    queue: mpsc::Receiver<Waiting>,
    /// Commands that met a neighbour with the same aggregate, claim or key.
    postponed: VecDeque<Waiting>,
    head: watch::Sender<Position>,
    /// How many commands the last batch held, and how long it took to store.
    last: (usize, Duration),
}

impl Appender {
    /// `pool` needs one connection; commands that other work keeps waiting would wait for it too, so
    /// give the appender a pool of its own.
    #[must_use]
    pub fn new(pool: PgPool) -> (Self, AppenderHandle) {
        let (sender, queue) = mpsc::channel(WAITING);
        let (head, head_receiver) = watch::channel(0);
        let handle = AppenderHandle { queue: sender, head: head_receiver };
        (Self { pool, queue, postponed: VecDeque::new(), head, last: (0, Duration::ZERO) }, handle)
    }

    /// Appends until every handle is dropped and every command is answered.
    pub async fn run(mut self) {
        while let Some(batch) = self.gather().await {
            let size = batch.len();
            let begun = Instant::now();
            self.store(batch).await;
            self.last = (size, begun.elapsed());
            metrics::histogram!("madang_append_seconds").record(self.last.1.as_secs_f64());
            #[allow(clippy::cast_precision_loss)]
            metrics::histogram!("madang_append_batch_size").record(size as f64);
        }
    }

    /// The next batch: at most one command per aggregate, claim and key.
    async fn gather(&mut self) -> Option<Vec<Waiting>> {
        let mut batch = Batch::default();
        for waiting in std::mem::take(&mut self.postponed) {
            self.admit(&mut batch, waiting);
        }
        if batch.commands.is_empty() {
            let first = self.queue.recv().await?;
            self.admit(&mut batch, first);
        }
        while batch.has_room() {
            let Ok(next) = self.queue.try_recv() else { break };
            self.admit(&mut batch, next);
        }
        self.linger(&mut batch).await;
        Some(batch.commands)
    }

    /// Waits for as many commands as the last batch held: a lone client is never waited for.
    async fn linger(&mut self, batch: &mut Batch) {
        let (expected, took) = self.last;
        let patience = LINGER.min(took / 3);
        if batch.commands.len() >= expected || patience < TICK {
            return;
        }
        let end = tokio::time::Instant::now() + patience;
        while batch.commands.len() < expected && batch.has_room() {
            let Ok(Some(next)) = tokio::time::timeout_at(end, self.queue.recv()).await else { return };
            self.admit(batch, next);
        }
    }

    fn admit(&mut self, batch: &mut Batch, waiting: Waiting) {
        // Nobody waits for the answer any more, and nothing was promised.
        if waiting.reply.is_closed() {
            return;
        }
        if let Some(postponed) = batch.admit(waiting) {
            self.postponed.push_back(postponed);
        }
    }

    /// Stores a batch and answers each of its commands. A batch that the database refuses as a whole
    /// (a NUL that slipped in, say) is halved until the guilty command stands alone.
    fn store(&self, batch: Vec<Waiting>) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            match self.try_until_answered(&batch).await {
                Ok(outcomes) => {
                    let newest = outcomes.iter().filter_map(|outcome| match outcome {
                        Outcome::Stored { position, .. } => Some(*position),
                        Outcome::Seen { .. }
                        | Outcome::KeyReused
                        | Outcome::Taken { .. }
                        | Outcome::Conflict => None,
                    });
                    let newest = newest.max().unwrap_or(0);
                    self.head.send_if_modified(|head| {
                        let moved = newest > *head;
                        *head = newest.max(*head);
                        moved
                    });
                    for (waiting, outcome) in batch.into_iter().zip(outcomes) {
                        let _ = waiting.reply.send(Ok(outcome));
                    }
                }
                Err(error) if is_refusal(&error) && batch.len() > 1 => {
                    let mut first = batch;
                    let second = first.split_off(first.len() / 2);
                    self.store(first).await;
                    self.store(second).await;
                }
                Err(error) => {
                    warn!(error = %error, commands = batch.len(), "a batch of commands was not stored");
                    let refused = is_refusal(&error);
                    let text = error.to_string();
                    for waiting in batch {
                        let error = text.clone().into();
                        let answer =
                            if refused { StoreError::Refused(error) } else { StoreError::Unavailable(error) };
                        let _ = waiting.reply.send(Err(answer));
                    }
                }
            }
        })
    }

    async fn try_until_answered(&self, batch: &[Waiting]) -> Result<Vec<Outcome>, sqlx::Error> {
        let begun = Instant::now();
        let mut pause = Duration::from_millis(10);
        loop {
            let tried = tokio::time::timeout(TRY, append(&self.pool, batch)).await;
            let error = match tried {
                Ok(Ok(outcomes)) => return Ok(outcomes),
                Ok(Err(error)) => error,
                Err(_) => sqlx::Error::PoolTimedOut,
            };
            if is_refusal(&error) || begun.elapsed() + pause > PATIENCE {
                return Err(error);
            }
            metrics::counter!("madang_append_retries_total").increment(1);
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(500));
        }
    }
}

/// A batch in the making.
#[derive(Default)]
struct Batch {
    commands: Vec<Waiting>,
    taken: HashSet<(String, String)>,
    bytes: usize,
}

impl Batch {
    fn has_room(&self) -> bool {
        self.commands.len() < BATCH_COMMANDS && self.bytes < BATCH_BYTES
    }

    /// Gives the command back if it must wait for the next batch.
    fn admit(&mut self, waiting: Waiting) -> Option<Waiting> {
        let command = &waiting.command;
        let mut names = vec![(command.aggregate_type.to_owned(), command.aggregate_id.clone())];
        if let (Some(person), Some(key)) = (&command.person, &command.key) {
            names.push((format!("key {person}"), key.clone()));
        }
        for claim in &command.claims {
            let (Claim::Take { kind, value } | Claim::Release { kind, value }) = claim;
            let name = (format!("claim {kind}"), value.clone());
            if !names.contains(&name) {
                names.push(name);
            }
        }
        if !self.has_room() || names.iter().any(|name| self.taken.contains(name)) {
            // What waits keeps its turn: a later command on the same aggregate must not overtake it.
            self.taken.extend(names);
            return Some(waiting);
        }
        self.bytes +=
            command.events.iter().map(|event| event.payload.len() + event.metadata.len()).sum::<usize>();
        self.taken.extend(names);
        self.commands.push(waiting);
        None
    }
}

async fn append(pool: &PgPool, batch: &[Waiting]) -> Result<Vec<Outcome>, sqlx::Error> {
    let commands = || batch.iter().map(|waiting| &waiting.command);
    let index = |n: usize| i32::try_from(n + 1).unwrap_or(i32::MAX);
    let events: Vec<(i32, &PendingEvent)> = commands()
        .enumerate()
        .flat_map(|(n, command)| command.events.iter().map(move |event| (index(n), event)))
        .collect();
    let claims: Vec<(i32, &'static str, &str, bool)> = commands()
        .enumerate()
        .flat_map(|(n, command)| {
            command.claims.iter().map(move |claim| match claim {
                Claim::Take { kind, value } => (index(n), *kind, value.as_str(), true),
                Claim::Release { kind, value } => (index(n), *kind, value.as_str(), false),
            })
        })
        .collect();
    let rows: Vec<(String, Position, Option<String>, DateTime<Utc>)> = sqlx::query_as(
        "select outcome, position, claim, at from append_events(
            $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::text[]::jsonb[], $13::text[]::jsonb[],
            $14, $15, $16, $17) order by command",
    )
    .bind(commands().map(|command| command.id.as_str()).collect::<Vec<_>>())
    .bind(commands().map(|command| command.aggregate_type).collect::<Vec<_>>())
    .bind(commands().map(|command| command.aggregate_id.as_str()).collect::<Vec<_>>())
    .bind(commands().map(|command| command.expected).collect::<Vec<_>>())
    .bind(commands().map(|command| command.person.as_deref()).collect::<Vec<_>>())
    .bind(commands().map(|command| command.key.as_deref()).collect::<Vec<_>>())
    .bind(commands().map(|command| command.request_hash.map(Vec::from)).collect::<Vec<_>>())
    .bind(commands().map(|command| command.noted).collect::<Vec<_>>())
    .bind(events.iter().map(|(n, _)| *n).collect::<Vec<_>>())
    .bind(events.iter().map(|(_, event)| event.event_type.as_str()).collect::<Vec<_>>())
    .bind(events.iter().map(|(_, event)| event.event_version.as_str()).collect::<Vec<_>>())
    .bind(events.iter().map(|(_, event)| event.payload.as_str()).collect::<Vec<_>>())
    .bind(events.iter().map(|(_, event)| event.metadata.as_str()).collect::<Vec<_>>())
    .bind(claims.iter().map(|claim| claim.0).collect::<Vec<_>>())
    .bind(claims.iter().map(|claim| claim.1).collect::<Vec<_>>())
    .bind(claims.iter().map(|claim| claim.2).collect::<Vec<_>>())
    .bind(claims.iter().map(|claim| claim.3).collect::<Vec<_>>())
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|(outcome, position, claim, at)| match outcome.as_str() {
            "stored" => Ok(Outcome::Stored { position, at }),
            "seen" => Ok(Outcome::Seen { position }),
            "reused" => Ok(Outcome::KeyReused),
            "taken" => Ok(Outcome::Taken { kind: claim.unwrap_or_default() }),
            "conflict" => Ok(Outcome::Conflict),
            unknown => Err(sqlx::Error::Protocol(format!("append_events answered {unknown:?}"))),
        })
        .collect()
}

/// Whether the data is at fault rather than the connection or the server: SQLSTATE classes 21 to 23
/// (cardinality, data, integrity) and 54 (a limit exceeded).
fn is_refusal(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(database) = error else {
        return matches!(error, sqlx::Error::Encode(_));
    };
    let state = database.code().unwrap_or_default();
    ["21", "22", "23", "54"].iter().any(|class| state.starts_with(class))
}
