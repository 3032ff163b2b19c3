//! The wiring of a process before it serves: features take from it what their workers and caches need.

use crate::personal::{Export, TakeBack};
use event_log::event_store::Executor;
use event_log::nats::Nats;
use event_log::statement_pool::{FRESH, PATIENCE, PING};
use event_log::tail::Tail;
use jobs::Queue;
use photos::s3::Storage;
use projections::progress::Progress;
use projections::{Position, Projector};
use service::settings::Settings;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, PgPool};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use vault::Vault;

/// The services, the log and the clocks of one process.
pub struct Wiring {
    /// The settings of this process.
    pub settings: Settings,
    /// The log's id.
    pub log_id: Uuid,
    /// The options of connections to the log's database.
    pub options: PgConnectOptions,
    /// The options of connections to the database of the read models: the same, or a past's.
    pub read_options: PgConnectOptions,
    /// Shared connections to the log's database.
    pub pool: PgPool,
    /// The executor, which runs commands.
    pub executor: Executor,
    /// The vault, which holds secrets and personal data.
    pub vault: Vault,
    /// The queue, which takes the jobs that are done beside requests.
    pub queue: Queue,
    /// The kinds of jobs.
    pub job_kinds: Vec<&'static str>,
    /// The storage for files, where one is named.
    pub storage: Option<Storage>,
    /// The connection to NATS, which carries events and announcements.
    pub nats: Nats,
    /// The progress of each projection: how far it has come.
    pub progress: Arc<Progress>,
    /// The tail of the log: the newest events.
    pub tail: Arc<Tail>,
    /// The projectors, which build the read models.
    pub projectors: Vec<Arc<dyn Projector>>,
    /// The projections' names.
    pub projections: Vec<&'static str>,
    /// The steps that undo what features have of a person who is erased.
    pub take_back: Vec<TakeBack>,
    /// The files that features add to a person's export.
    pub exports: Vec<Export>,
    /// The position of the past that is served; none where the live read models are.
    pub as_of: Option<Position>,
    /// The token that ends every worker.
    pub shutdown: CancellationToken,
}

impl Wiring {
    /// True if this process serves the live read models: in a past nothing is written and nobody is told
    /// anything.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.as_of.is_none()
    }

    /// A small pool for work that must not wait for others, nor others for it. No limit of time ends its statements.
    #[must_use]
    pub fn own_pool(&self, connections: u32, durable: bool) -> PgPool {
        own_pool(&self.options, connections, durable)
    }

    /// Runs `work` every `pause` until the process stops. A failure is logged under `left_undone`, the words
    /// for what was not done, and `work` is tried again the next time.
    pub async fn every<E: std::fmt::Display>(
        shutdown: CancellationToken,
        pause: Duration,
        left_undone: &'static str,
        mut work: impl AsyncFnMut() -> Result<(), E>,
    ) {
        let mut often = tokio::time::interval(pause);
        loop {
            tokio::select! {
                _ = often.tick() => {}
                () = shutdown.cancelled() => return,
            }
            if let Err(failure) = work().await {
                tracing::warn!(%failure, "{left_undone}");
            }
        }
    }
}

/// See [`Wiring::own_pool`].
#[must_use]
pub fn own_pool(options: &PgConnectOptions, connections: u32, durable: bool) -> PgPool {
    let commit = if durable { "on" } else { "off" };
    pool_of(connections).connect_lazy_with(options.clone().options([("synchronous_commit", commit)]))
}

/// The options of a pool that pings a connection before its use. After a restart of Postgres every connection
/// in a pool is broken, and each would cost a request. A connection that was used a moment ago can't be from
/// before a restart, so under load no ping is sent.
#[must_use]
pub fn pool_of(connections: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for < FRESH {
                    return Ok(true);
                }
                let answered = tokio::time::timeout(PING, connection.ping()).await;
                Ok(matches!(answered, Ok(Ok(()))))
            })
        })
}
