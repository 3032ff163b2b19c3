//! A node is one process of Madang: the log, the read models and the roles that the process plays, started
//! and stopped in order. The features themselves declare what they have running.

use crate::app::{App, Cors, Ground, Settings as HttpSettings, Written};
use crate::feature::Unable;
use crate::features;
use crate::ops::{self, Health};
use crate::sockets::{self, Limits};
use crate::wiring::{Wiring, own_pool, pool_of};
use event_log::announcements::{self, NatsAnnouncer};
use event_log::event_store::{
    Appender, AppenderHandle, Executor, LogReader, MigrateError, migrate, must_be_durable,
};
use event_log::nats::{Nats, NatsError};
use event_log::relay::Relay;
use event_log::statement_pool::StatementPool;
use event_log::tail::Tail;
use futures::future::BoxFuture;
use history::Pages as Log;
use history::past::{self, PastError};
use jobs::Workers;
use photos::s3::Storage;
use projections::Projector;
use projections::progress::Progress;
use projections::runner::{Runner, RunnerContext};
use projections::schema::outdated;
use react::Reaction;
use service::settings::{Roles, Settings};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgPool};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::log::LevelFilter;
use tracing::{info, warn};
use uuid::Uuid;
use vault::{Vault, VaultError};

/// The longest wait for the database when a node starts.
const START: Duration = Duration::from_secs(30);
/// The longest wait for the storage when a node starts.
const BUCKET: Duration = Duration::from_secs(3);
/// The time that requests in flight may take when a node stops.
const DRAIN: Duration = Duration::from_secs(20);
/// The pause between two measurements of lags: scrapes are rarer.
const GAUGES_EVERY: Duration = Duration::from_secs(5);
/// The time that one measurement of lags may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// The limit of connections to the operations' address: clients that scrape or probe are few.
const OPS_CONNECTIONS: usize = 64;
/// The connections of the job workers, for taking jobs and for noting how they ended.
const JOB_CONNECTIONS: u32 = 3;
/// The pause between two sweeps of idempotency keys that are good no more.
const SWEEP: Duration = Duration::from_secs(600);

/// The reason why a node did not start.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// The address is no Postgres address, or nothing answers there.
    #[error("Postgres can't be used")]
    Database(#[from] sqlx::Error),
    /// See [`MigrateError`].
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// See [`NatsError`].
    #[error(transparent)]
    Nats(#[from] NatsError),
    /// See [`VaultError`].
    #[error("the vault can't be opened")]
    Vault(#[from] VaultError),
    /// See [`PastError`].
    #[error(transparent)]
    Past(#[from] PastError),
    /// The settings name the role `api`, and there is no address to listen on.
    #[error("there is no address to serve HTTP on")]
    NoListener,
    /// A feature lacks what it needs.
    #[error(transparent)]
    Feature(#[from] Unable),
    /// The socket can't be served.
    #[error("HTTP can't be served")]
    Listen(#[from] std::io::Error),
}

/// A running process of Madang.
pub struct Node {
    address: Option<SocketAddr>,
    ops_address: Option<SocketAddr>,
    /// The token that stops accepting requests; those in flight are answered.
    stop_serving: CancellationToken,
    /// The token that stops everything behind HTTP.
    stop_working: CancellationToken,
    serving: TaskTracker,
    working: TaskTracker,
}

/// The listeners of a process; they are taken before anything slow begins, so that a taken address is known
/// at once.
#[derive(Debug, Default)]
pub struct Listeners {
    /// The listener for everyone; nothing is served there but in the role `api`.
    pub http: Option<TcpListener>,
    /// The listener for those who run the service, in every role.
    pub ops: Option<TcpListener>,
}

impl Node {
    /// Connects, migrates, and starts the roles of `settings`. The future is boxed, so that all of the
    /// service is compiled here once, and not again in each crate that awaits it.
    ///
    /// # Errors
    /// See [`NodeError`].
    pub fn start(settings: Settings, listeners: Listeners) -> BoxFuture<'static, Result<Self, NodeError>> {
        Box::pin(Self::begin(settings, listeners))
    }

    async fn begin(settings: Settings, listeners: Listeners) -> Result<Self, NodeError> {
        let address =
            |listener: &Option<TcpListener>| listener.as_ref().map(TcpListener::local_addr).transpose();
        let (address, ops_address) = (address(&listeners.http)?, address(&listeners.ops)?);
        // The metrics' recorder comes first, so that numbers from before the first scrape count, too.
        service::telemetry::install();
        let (stop_serving, stop_working) = (CancellationToken::new(), CancellationToken::new());
        let (serving, working) = (TaskTracker::new(), TaskTracker::new());
        let Wired { wiring, read_pool, appender, handle } = wire(settings, &stop_working).await?;
        let wiring = Arc::new(wiring);
        let projectors = wiring.projectors.clone();
        let reactions = features::reactions(&wiring);
        // Reactions are registered before anything is served, so that they get all events from now on.
        react::register(&wiring.pool, &reactions).await?;
        spawn_log(&working, &wiring, appender, &handle);
        if wiring.settings.roles.projector {
            spawn_runners(&working, &wiring, &projectors);
            spawn_reactions(&working, &wiring, reactions);
            read_models(&wiring.pool, &projectors).await?;
        }
        match &wiring.storage {
            Some(storage) => bucket(storage.clone(), &working, wiring.shutdown.clone()).await,
            None => warn!("S3_ENDPOINT is not set: there is nowhere to keep photos and exports"),
        }
        let health = Health::look(&wiring, projectors).await;
        working.spawn(health.clone().watch(wiring.shutdown.clone()));
        let app = match wiring.settings.roles.api {
            true => Some(app(&wiring, read_pool, health.clone(), &stop_serving)?),
            false => None,
        };
        for worker in features::workers(&wiring, app.as_ref())? {
            working.spawn(worker);
        }
        let workers = Workers {
            pool: wiring.own_pool(JOB_CONNECTIONS, true),
            kinds: features::jobs(&wiring, app.as_ref())?,
            queue: wiring.queue.clone(),
            shutdown: wiring.shutdown.clone(),
        };
        working.spawn(workers.run());
        working.spawn(measure(wiring.clone(), app.clone()));
        let limits = Limits {
            connections: wiring.settings.max_connections,
            idle: wiring.settings.idle_timeout,
            stall: wiring.settings.stall_timeout,
            drain: DRAIN,
            is_counted: true,
        };
        if let Some(listener) = listeners.ops {
            let limits = Limits { connections: OPS_CONNECTIONS, is_counted: false, ..limits };
            // The operations' listener goes on until the end, so that a node that drains can be looked at,
            // too.
            working.spawn(sockets::serve(listener, ops::router(health), limits, stop_working.clone()));
        }
        match (app, listeners.http) {
            (Some(app), Some(listener)) => {
                serving.spawn(sockets::serve(listener, crate::router(app), limits, stop_serving.clone()));
            }
            (Some(_), None) => return Err(NodeError::NoListener),
            (None, _) => {}
        }
        serving.close();
        working.close();
        info!(?address, ?ops_address, log_id = %wiring.log_id, "started");
        Ok(Self { address, ops_address, stop_serving, stop_working, serving, working })
    }

    /// The address where HTTP is served to everyone, if there is one.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// The address where HTTP is served to those who run the service, if there is one.
    #[must_use]
    pub fn ops_address(&self) -> Option<SocketAddr> {
        self.ops_address
    }

    /// Answers the requests in flight, stores the writes that were promised, and gives the leases back.
    pub async fn stop(self) {
        self.stop_serving.cancel();
        self.serving.wait().await;
        self.stop_working.cancel();
        if tokio::time::timeout(DRAIN, self.working.wait()).await.is_err() {
            warn!("some work was cut off; it is taken up again from the last checkpoint");
        }
        info!("stopped");
    }
}

/// A process with its services, before anything runs.
struct Wired {
    wiring: Wiring,
    /// Shared connections to the database of the read models.
    read_pool: PgPool,
    appender: Appender,
    handle: AppenderHandle,
}

/// Connects to the services and migrates the database.
async fn wire(mut settings: Settings, stop_working: &CancellationToken) -> Result<Wired, NodeError> {
    let options = settings.database_url.parse::<PgConnectOptions>()?.log_statements(LevelFilter::Off);
    let pool = connect(&options, settings.database_connections).await?;
    bring_up_to_date(&options).await?;
    if !settings.allow_unsafe_postgres {
        must_be_durable(&pool).await?;
    }
    // Queries read the live read models, or those of a past.
    let mut read_options = options.clone();
    let mut read_pool = pool.clone();
    let mut as_of = None;
    if let Some(name) = &settings.as_of {
        let found = past::find(&pool, name).await?;
        read_options = options.clone().database(&found.database);
        read_pool = connect(&read_options, settings.database_connections).await?;
        as_of = Some(found.position);
        settings.roles = Roles { api: true, relay: false, projector: false, media: false };
        // The search index goes from the settings: other processes keep it for the live read models.
        (settings.search_dir, settings.meili) = (None, None);
    }
    let (log_id,): (Uuid,) = sqlx::query_as("select id from log").fetch_one(&pool).await?;
    let nats = Nats::connect(&settings.nats_url, log_id, (&settings).into()).await?;
    let vault = Vault::open(pool.clone(), settings.token_ttl).await?;
    vault.catch_up().await?;
    let (appender, handle) = Appender::new(&options);
    let projectors = features::projectors(&settings);
    let wiring = Wiring {
        log_id,
        read_options,
        executor: Executor::new(pool.clone(), handle.clone()),
        queue: vault.queue.clone(),
        vault,
        job_kinds: features::job_kinds(),
        storage: settings.s3.clone().map(Storage::new),
        nats,
        progress: Arc::new(Progress::default()),
        tail: Arc::new(Tail::new(LogReader::new(pool.clone()), handle.head(), features::touches)),
        projections: projectors.iter().map(|projector| projector.name()).collect(),
        projectors,
        take_back: features::take_back(),
        exports: features::exports(),
        as_of,
        shutdown: stop_working.clone(),
        options,
        pool,
        settings,
    };
    Ok(Wired { wiring, read_pool, appender, handle })
}

/// Spawns the tasks that store events, and those that hear of them.
fn spawn_log(working: &TaskTracker, wiring: &Wiring, appender: Appender, handle: &AppenderHandle) {
    let shutdown = || wiring.shutdown.clone();
    let Wiring { nats, executor, progress, tail, pool, projections, .. } = wiring;
    working.spawn(appender.run());
    working.spawn(tail.clone().follow(nats.clone(), executor.clone(), shutdown()));
    working.spawn(announcements::poke(nats.clone(), handle.head(), shutdown()));
    working.spawn(announcements::hurry(nats.clone(), progress.clone(), shutdown()));
    working.spawn(wiring.vault.clone().listen(shutdown()));
    if wiring.settings.roles.relay {
        // The relay's notes need not be durable either: a lost note is read from the stream's end.
        let relay =
            Relay::new(wiring.own_pool(1, false), nats.clone(), Uuid::new_v4(), handle.head(), shutdown());
        working.spawn(relay.run());
    }
    match wiring.as_of {
        None => {
            let (nats, names, pool) = (nats.clone(), projections.clone(), pool.clone());
            working.spawn(announcements::listen(nats, pool.clone(), names, progress.clone(), shutdown()));
            working.spawn(Wiring::every(
                shutdown(),
                SWEEP,
                "old idempotency keys were not swept",
                async move || sweep_keys(&pool).await,
            ));
        }
        // A past never goes on, so its position is noted once.
        Some(position) => projections.iter().for_each(|name| {
            progress.note(name, position);
        }),
    }
}

async fn sweep_keys(pool: &PgPool) -> Result<(), sqlx::Error> {
    let old = "delete from commands where recorded_at < now() - interval '24 hours'";
    sqlx::query(old).execute(pool).await.map(drop)
}

/// Spawns the runners that keep the read models fresh.
fn spawn_runners(working: &TaskTracker, wiring: &Wiring, projectors: &[Arc<dyn Projector>]) {
    let announcer = Arc::new(NatsAnnouncer::start(wiring.nats.clone()));
    let holder = Uuid::new_v4();
    for projector in projectors {
        let context = RunnerContext {
            source: wiring.tail.clone(),
            announcer: announcer.clone(),
            progress: wiring.progress.clone(),
            holder,
            delay: wiring.settings.projector_delay,
            shutdown: wiring.shutdown.clone(),
        };
        // A read model's commit need not be durable: rows and checkpoint are lost together, and
        // what was lost is applied again.
        let runner = Runner::new(projector.clone(), wiring.own_pool(2, false), context);
        working.spawn(runner.run());
    }
}

/// Spawns the runners of reactions: what follows from events beside read models.
fn spawn_reactions(working: &TaskTracker, wiring: &Wiring, reactions: Vec<Arc<dyn Reaction>>) {
    let context = react::RunnerContext {
        source: wiring.tail.clone(),
        executor: wiring.executor.clone(),
        queue: wiring.queue.clone(),
        holder: Uuid::new_v4(),
        shutdown: wiring.shutdown.clone(),
    };
    for reaction in reactions {
        let runner = react::Runner::new(reaction, wiring.own_pool(1, true), context.clone());
        working.spawn(runner.run());
    }
}

/// The ground that requests are answered from.
fn app(
    wiring: &Wiring,
    read_pool: PgPool,
    health: Arc<Health>,
    stopping: &CancellationToken,
) -> Result<App, Unable> {
    let settings = &wiring.settings;
    let mut parts = features::equip(wiring)?;
    parts.put(health);
    Ok(App::from(Ground {
        executor: wiring.executor.clone(),
        vault: wiring.vault.clone(),
        queue: wiring.queue.clone(),
        storage: wiring.storage.clone(),
        reads: StatementPool::new(limited(&wiring.read_options), settings.database_connections / 2),
        pool: read_pool,
        log: Log::new(wiring.pool.clone()),
        progress: wiring.progress.clone(),
        tail: wiring.tail.clone(),
        written: Written::default(),
        stopping: stopping.clone(),
        settings: HttpSettings {
            consistency_bound: settings.consistency_bound,
            cors: match &settings.allowed_origins.0 {
                origins if origins.is_empty() => Cors::Any,
                origins => Cors::Origins(origins.clone()),
            },
            trusted_proxies: settings.trusted_proxies.0.clone(),
            web_url: settings.web_url.0.clone(),
            public_url: settings.public_url.0.clone(),
            dev_mailbox: settings.dev_mailbox,
            as_of: wiring.as_of,
        },
        parts,
    }))
}

/// Migrates the database, and makes the views for analysts anew. On a large log either step may take longer
/// than any request; a step that was cut off would be begun again at each start and never end.
async fn bring_up_to_date(options: &PgConnectOptions) -> Result<(), MigrateError> {
    let pool = own_pool(options, 1, true);
    migrate(&pool).await?;
    history::analytics::keep_up(&pool).await;
    pool.close().await;
    Ok(())
}

async fn connect(options: &PgConnectOptions, connections: u32) -> Result<PgPool, sqlx::Error> {
    let begun = std::time::Instant::now();
    loop {
        match pool_of(connections).connect_with(limited(options)).await {
            Err(failure) if begun.elapsed() < START => {
                warn!(%failure, "Postgres is not there yet");
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
            settled => return settled,
        }
    }
}

/// The options of connections for statements that somebody waits for: a limit of time ends them.
fn limited(options: &PgConnectOptions) -> PgConnectOptions {
    options.clone().options([("statement_timeout", "20s")])
}

/// Makes the storage's bucket if there is none; while the storage is away, everything else is served.
async fn bucket(storage: Storage, working: &TaskTracker, shutdown: CancellationToken) {
    match tokio::time::timeout(BUCKET, storage.prepare()).await {
        Ok(Ok(())) => return,
        Ok(Err(failure)) => warn!(%failure, "the storage can't be used yet"),
        Err(_elapsed) => warn!("the storage does not answer yet"),
    }
    working.spawn(async move {
        let mut often = tokio::time::interval(Duration::from_secs(10));
        loop {
            tokio::select! {
                _ = often.tick() => {}
                () = shutdown.cancelled() => return,
            }
            match storage.prepare().await {
                Ok(()) => return info!("the storage can be used"),
                Err(failure) => warn!(%failure, "the storage can't be used yet"),
            }
        }
    });
}

/// Waits until the runners have made the read models, so that the first query finds them.
async fn read_models(pool: &PgPool, projectors: &[Arc<dyn Projector>]) -> Result<(), sqlx::Error> {
    let begun = std::time::Instant::now();
    let mut often = tokio::time::interval(Duration::from_millis(10));
    loop {
        often.tick().await;
        let outdated = outdated(pool, projectors).await?;
        if outdated.is_empty() {
            return Ok(());
        }
        if begun.elapsed() > START {
            let names = outdated.join(", ");
            warn!(
                names,
                "read models are being rebuilt for this release; some queries get 503 until they are"
            );
            return Ok(());
        }
    }
}

/// Measures lags again and again until shutdown: the process that is behind may be another one, or stopped.
async fn measure(wiring: Arc<Wiring>, app: Option<App>) {
    let mut often = tokio::time::interval(GAUGES_EVERY);
    often.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while wiring.shutdown.run_until_cancelled(often.tick()).await.is_some() {
        let measured = async {
            event_log::status::status(&wiring.pool, &wiring.projections).await?.gauge();
            features::gauge(&wiring, app.as_ref()).await
        };
        match tokio::time::timeout(PATIENCE, measured).await {
            Ok(Ok(())) => {}
            Ok(Err(failure)) => warn!(%failure, "lags can't be measured"),
            Err(_elapsed) => warn!("lags can't be measured within two seconds"),
        }
    }
}
