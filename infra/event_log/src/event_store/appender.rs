//! Group commit: while one batch commits, the next gathers, so batches grow with load by themselves.

mod batch;
mod store;

use super::command::StoreError;
use crate::statement_pool::StatementPool;
use batch::{Batch, Names, Taken};
use chrono::{DateTime, Utc};
use domain::Claim;
use projections::Position;
use serde_json::value::RawValue;
use sqlx::postgres::PgConnectOptions;
use std::collections::VecDeque;
use std::hash::RandomState;
use std::time::{Duration, Instant};
use store::Storing;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{Id, JoinError, JoinSet};
use tracing::error;

/// Number of commands that may wait for their batch; senders of more are told to come back later.
const WAITING: usize = 8_192;
/// Number of waiting commands that may be put off because of a neighbour: each batch looks at them again.
const POSTPONED: usize = 1_024;
/// Number of batches under way at once: while one holds the log, the database reads the next in.
const LANES: usize = 2;
/// The least number of commands for the second lane: a smaller batch gathers until the first is done.
const SECOND_LANE_MIN: usize = 16;
/// The longest time that storing takes where the disk is quick: so much for a batch and so much for each
/// command. Where storing takes longer, the flush is what costs, and one large batch is better than two.
const QUICK: Duration = Duration::from_millis(1);
const QUICK_EACH: Duration = Duration::from_micros(50);
/// The longest wait of a flush-bound batch for clients that were just answered, who often come back at once.
/// The wait is never longer than a third of what storing takes either.
const LINGER: Duration = Duration::from_millis(2);
/// The shortest wait that a timer can keep; a shorter one is not worth it.
const TICK: Duration = Duration::from_millis(1);

/// One command's events, ready to be stored.
#[derive(Debug)]
pub(super) struct PendingCommand {
    /// The command's unique id; by it the log recognises the command when the answer to its batch was lost.
    pub id: String,
    pub aggregate_type: &'static str,
    pub aggregate_id: String,
    /// The aggregate's sequence on which the command was decided.
    pub expected: i64,
    /// The person whose key `key` is: the actor's id, or empty where nobody is logged in.
    pub person: Option<String>,
    pub key: Option<String>,
    pub request_hash: Option<[u8; 32]>,
    /// The aggregate's position, for a command that found nothing to do.
    pub noted: Position,
    pub events: Vec<PendingEvent>,
    pub claims: Vec<Claim>,
}

/// An event to be stored, its payload and metadata as JSON text: made by many tasks at once, bound by the one
/// appender.
#[derive(Debug)]
pub(super) struct PendingEvent {
    pub event_type: String,
    pub event_version: String,
    pub payload: Box<RawValue>,
    pub metadata: Box<RawValue>,
}

/// The outcome of one command's append.
#[derive(Debug)]
pub(super) enum AppendOutcome {
    Stored { position: Position, at: DateTime<Utc> },
    Seen { position: Position },
    KeyReused,
    Taken { kind: String },
    Conflict,
}

type Reply = oneshot::Sender<Result<AppendOutcome, StoreError>>;

struct Waiting {
    command: PendingCommand,
    names: Names,
    reply: Reply,
}

/// A sender of commands to the appender. Cheap to clone.
#[derive(Clone)]
pub struct AppenderHandle {
    queue: mpsc::Sender<Waiting>,
    head: watch::Receiver<Position>,
    hasher: RandomState,
}

impl AppenderHandle {
    /// The newest position that this process has stored, as it moves; 0 before the first event.
    #[must_use]
    pub fn head(&self) -> watch::Receiver<Position> {
        self.head.clone()
    }

    pub(super) async fn append(&self, command: PendingCommand) -> Result<AppendOutcome, StoreError> {
        let (reply, answer) = oneshot::channel();
        let names = batch::names(&command, &self.hasher);
        self.queue.try_send(Waiting { command, names, reply }).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => StoreError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => StoreError::Unavailable("shutting down".into()),
        })?;
        answer.await.unwrap_or_else(|_| Err(StoreError::Unavailable("shutting down".into())))
    }
}

/// The one task of a process that appends.
pub struct Appender {
    queue: mpsc::Receiver<Waiting>,
    storing: Storing,
    /// Commands that met a neighbour with the same aggregate, claim or key.
    postponed: VecDeque<Waiting>,
    /// The names that the batches under way touch, by the tasks that store them.
    in_flight: Vec<(Id, Taken)>,
    /// The number of commands in the last batch, and the time that storing them took.
    last: (usize, Duration),
}

/// A batch that was stored, or whose commands were told why not.
struct Done {
    size: usize,
    took: Duration,
    /// True if the database was there to answer.
    answered: bool,
}

impl Appender {
    /// Makes an appender to this database, with two connections of its own: no command waits for a connection
    /// that other work holds.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    #[must_use]
    pub fn new(database: &PgConnectOptions) -> (Self, AppenderHandle) {
        // An event that a client was told is stored must be there after a crash, whatever setting this user
        // or database has.
        let pool = StatementPool::new(database.clone().options([("synchronous_commit", "on")]), LANES as u32);
        let (sender, queue) = mpsc::channel(WAITING);
        let (head, head_receiver) = watch::channel(0);
        let appender = Self {
            queue,
            storing: Storing { pool, head },
            postponed: VecDeque::new(),
            in_flight: vec![],
            last: (0, Duration::ZERO),
        };
        (appender, AppenderHandle { queue: sender, head: head_receiver, hasher: RandomState::new() })
    }

    /// Appends until every handle is dropped and every command is answered.
    pub async fn run(mut self) {
        let (mut lanes, mut batch) = (JoinSet::new(), Batch::default());
        let mut open = true;
        loop {
            while batch.has_room() {
                let Ok(next) = self.queue.try_recv() else { break };
                self.admit(&mut batch, next);
            }
            if self.may_store(&batch) {
                if self.in_flight.is_empty() {
                    self.linger(&mut batch).await;
                }
                let Batch { commands, taken, .. } = std::mem::take(&mut batch);
                let lane = lanes.spawn(store(self.storing.clone(), commands)).id();
                self.in_flight.push((lane, taken));
                self.admit_postponed(&mut batch);
                continue;
            }
            tokio::select! {
                next = self.queue.recv(), if open && batch.has_room() => match next {
                    Some(next) => self.admit(&mut batch, next),
                    None => open = false,
                },
                Some(ended) = lanes.join_next_with_id() => {
                    let is_away = self.finish(ended);
                    if is_away {
                        self.turn_away(std::mem::take(&mut batch));
                    }
                    self.admit_postponed(&mut batch);
                }
                else => return,
            }
        }
    }

    fn may_store(&self, batch: &Batch) -> bool {
        let size = batch.commands.len();
        match self.in_flight.len() {
            0 => size > 0,
            under_way => under_way < LANES && size >= SECOND_LANE_MIN && !self.is_flush_bound(),
        }
    }

    fn is_flush_bound(&self) -> bool {
        let (size, took) = self.last;
        u32::try_from(size).is_ok_and(|size| took > QUICK + QUICK_EACH * size)
    }

    /// Frees the names that an ended lane held. Returns true if the database is away.
    fn finish(&mut self, ended: Result<(Id, Done), JoinError>) -> bool {
        let lane = ended.as_ref().map_or_else(JoinError::id, |(lane, _)| *lane);
        self.in_flight.retain(|(under_way, _)| *under_way != lane);
        let done = match ended {
            Ok((_, done)) => done,
            Err(failure) => {
                // The lane's commands were told by their dropped replies.
                error!(%failure, "a batch of commands was given up");
                return false;
            }
        };
        self.last = (done.size, done.took);
        metrics::histogram!("madang_append_seconds").record(done.took.as_secs_f64());
        #[allow(clippy::cast_precision_loss)]
        metrics::histogram!("madang_append_batch_size").record(done.size as f64);
        !done.answered
    }

    /// Answers all waiting commands that the database is away. It has been away for as long as a batch is
    /// tried: a command behind that batch is answered now, not after as long again.
    fn turn_away(&mut self, batch: Batch) {
        let queued = std::iter::from_fn(|| self.queue.try_recv().ok());
        for waiting in batch.commands.into_iter().chain(self.postponed.drain(..)).chain(queued) {
            let away = StoreError::Unavailable("the database is away".into());
            let _ = waiting.reply.send(Err(away));
        }
    }

    /// Waits until the batch holds as many commands as the last one: a lone client never waits for others.
    async fn linger(&mut self, batch: &mut Batch) {
        let (expected, took) = self.last;
        let patience = LINGER.min(took / 3);
        if batch.commands.len() >= expected || patience < TICK || !self.is_flush_bound() {
            return;
        }
        let end = tokio::time::Instant::now() + patience;
        while batch.commands.len() < expected && batch.has_room() {
            let Ok(Some(next)) = tokio::time::timeout_at(end, self.queue.recv()).await else { return };
            self.admit(batch, next);
        }
    }

    fn admit_postponed(&mut self, batch: &mut Batch) {
        batch.ask_again();
        for waiting in std::mem::take(&mut self.postponed) {
            self.admit(batch, waiting);
        }
    }

    fn admit(&mut self, batch: &mut Batch, waiting: Waiting) {
        // A closed reply: nobody waits for the answer any more, and nothing was promised.
        if waiting.reply.is_closed() {
            return;
        }
        let Some(postponed) = batch.admit(waiting, &self.in_flight) else { return };
        if self.postponed.len() < POSTPONED {
            self.postponed.push_back(postponed);
        } else {
            let _ = postponed.reply.send(Err(StoreError::Overloaded));
        }
    }
}

async fn store(storing: Storing, commands: Vec<Waiting>) -> Done {
    let (size, begun) = (commands.len(), Instant::now());
    let answered = storing.store(commands).await;
    Done { size, took: begun.elapsed(), answered }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    impl Appender {
        /// Answers commands by the rule of the expected sequence, without a database.
        pub(crate) async fn pretend(mut self) {
            let (mut versions, mut position) = (HashMap::<String, i64>::new(), 0);
            while let Some(Waiting { command, reply, .. }) = self.queue.recv().await {
                let version = versions.entry(command.aggregate_id).or_default();
                let outcome = if *version == command.expected {
                    *version += 1;
                    position += 1;
                    AppendOutcome::Stored { position, at: DateTime::UNIX_EPOCH }
                } else {
                    AppendOutcome::Conflict
                };
                let _ = reply.send(Ok(outcome));
            }
        }
    }

    type Answered = oneshot::Receiver<Result<AppendOutcome, StoreError>>;

    fn waiting(handle: &AppenderHandle, aggregate: usize) -> (Waiting, Answered) {
        let command = PendingCommand {
            id: String::new(),
            aggregate_type: "like",
            aggregate_id: aggregate.to_string(),
            expected: 0,
            person: None,
            key: None,
            request_hash: None,
            noted: 0,
            events: vec![],
            claims: vec![],
        };
        let (reply, answered) = oneshot::channel();
        let names = batch::names(&command, &handle.hasher);
        (Waiting { command, names, reply }, answered)
    }

    #[tokio::test]
    async fn a_batch_that_is_given_up_frees_its_own_commands_only() {
        let (mut appender, _handle) = Appender::new(&PgConnectOptions::new().host("localhost"));
        let mut lanes = JoinSet::new();
        let stuck = lanes.spawn(std::future::pending()).id();
        let given_up = lanes.spawn(async { panic!("a lane's own fault") }).id();
        appender.in_flight = vec![(stuck, Taken::from([1])), (given_up, Taken::from([2]))];
        let ended = lanes.join_next_with_id().await.expect("one ends");
        assert!(!appender.finish(ended));
        assert_eq!(appender.in_flight, [(stuck, Taken::from([1]))]);
    }

    #[tokio::test]
    async fn commands_that_are_put_off_are_bounded_and_the_surplus_is_told_to_come_back() {
        let (mut appender, handle) = Appender::new(&PgConnectOptions::new().host("localhost"));
        let mut batch = Batch::default();
        let mut answers = vec![];
        for _ in 0..1 + POSTPONED + 1 {
            let (waiting, answered) = waiting(&handle, 7);
            appender.admit(&mut batch, waiting);
            answers.push(answered);
        }
        assert_eq!((batch.commands.len(), appender.postponed.len()), (1, POSTPONED));
        let surplus = answers.pop().expect("the last").try_recv();
        assert!(matches!(surplus, Ok(Err(StoreError::Overloaded))));
        assert!(answers.iter_mut().all(|answered| answered.try_recv().is_err()), "the others wait");

        // A batch that is made of the postponed commands changes none of that.
        appender.admit_postponed(&mut batch);
        assert_eq!((batch.commands.len(), appender.postponed.len()), (1, POSTPONED));
    }
}
