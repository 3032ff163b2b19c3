//! One process of Madang: the roles it plays, wired together, started and stopped in order.

use crate::app::{App, Cors, Parts, Settings as HttpSettings};
use crate::erasure::Eraser;
use crate::ops::readiness;
use crate::search::Search;
use crate::sockets::{self, Limits};
use crate::withdrawals::come_back_link;
use crate::{exports, projectors};
use event_log::announcements::{self, NatsAnnouncer};
use event_log::event_store::{Appender, Executor, LogReader, MigrateError, migrate, must_be_durable};
use event_log::nats::{Nats, NatsError};
use event_log::relay::Relay;
use event_log::statement_pool::{FRESH, PATIENCE, PING, StatementPool};
use event_log::tail::Tail;
use history::Pages as Log;
use history::past::{self, PastError};
use photos::media;
use photos::s3::Storage;
use projections::Projector;
use projections::progress::Progress;
use projections::rebuild::Rebuilder;
use projections::runner::{Runner, RunnerContext};
use projections::schema::outdated;
use projections::search::embedder::EmbedError;
use projections::search::engine::{Engine, EngineError};
use search_engine::{Embedded, Fed, Feeder, Meilisearch, VectorFeeder, embedder};
use service::settings::{Roles, Settings};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgPool};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::log::LevelFilter;
use tracing::{info, warn};
use uuid::Uuid;
use vault::mail::{self, TransportError};
use vault::providers::{Providers, SetupError};
use vault::views::{self, Views};
use vault::{Vault, VaultError};

/// How long the database may take to be there when a node starts.
const START: Duration = Duration::from_secs(30);
/// How long the start waits for the storage.
const BUCKET: Duration = Duration::from_secs(3);
/// How long requests in flight may take when a node stops.
const DRAIN: Duration = Duration::from_secs(20);

/// Why a node did not start.
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
    /// See [`TransportError`].
    #[error(transparent)]
    Mail(#[from] TransportError),
    /// See [`SetupError`].
    #[error(transparent)]
    OAuth(#[from] SetupError),
    /// See [`PastError`].
    #[error(transparent)]
    Past(#[from] PastError),
    /// See [`EngineError`].
    #[error("search can't be served")]
    Search(#[from] EngineError),
    /// See [`EmbedError`].
    #[error("no vectors can be made")]
    Embedder(#[from] EmbedError),
    /// The socket can't be served.
    #[error("HTTP can't be served")]
    Listen(#[from] std::io::Error),
}

/// A running process of Madang.
pub struct Node {
    address: SocketAddr,
    /// Stops accepting requests; those in flight are answered.
    stop_serving: CancellationToken,
    /// Stops everything behind.
    stop_working: CancellationToken,
    serving: TaskTracker,
    working: TaskTracker,
}

impl Node {
    /// Connects, migrates, and starts the roles of `settings`; HTTP is served on `listener`.
    ///
    /// # Errors
    /// See [`NodeError`].
    pub async fn start(mut settings: Settings, listener: TcpListener) -> Result<Self, NodeError> {
        let address = listener.local_addr()?;
        // What is counted before the first scrape counts too.
        service::telemetry::install();
        let media_pokes = media::Pokes::default();
        let providers = Providers::new(settings.oauth_providers.clone(), &settings.public_url.0)?;
        let options: PgConnectOptions =
            settings.database_url.parse::<PgConnectOptions>()?.log_statements(LevelFilter::Off);
        let pool = connect(&options, settings.database_connections).await?;
        migrate(&pool).await?;
        history::analytics::keep_up(&pool).await;
        if !settings.allow_unsafe_postgres {
            must_be_durable(&pool).await?;
        }
        // What queries read: what is live, or as it was.
        let mut read_options = options.clone();
        let mut read_pool = pool.clone();
        let mut past = None;
        if let Some(name) = &settings.as_of {
            let found = past::find(&pool, name).await?;
            read_options = options.clone().database(&found.database);
            read_pool = connect(&read_options, settings.database_connections).await?;
            past = Some(found);
            settings.roles = Roles { api: true, relay: false, projector: false, media: false };
            // Where others keep the index of what is live.
            (settings.search_dir, settings.meili) = (None, None);
        }
        let is_live = past.is_none();
        let (log_id,): (Uuid,) = sqlx::query_as("select id from log").fetch_one(&pool).await?;
        let nats = Nats::connect(&settings.nats_url, log_id, (&settings).into()).await?;
        let vault = Vault::open(pool.clone(), settings.token_ttl).await?;
        vault.catch_up().await?;
        let storage = settings.s3.clone().map(Storage::new);
        // Whoever does not answer searches needs no index, and must not keep those out who do.
        let search = settings.roles.api.then(|| search(&settings, log_id)).transpose()?;
        let (appender, handle) = Appender::new(&options);
        let executor = Executor::new(pool.clone(), handle.clone());
        let progress = Arc::new(Progress::default());
        let tail = Arc::new(Tail::new(LogReader::new(pool.clone()), handle.head()));
        let holder = Uuid::new_v4();

        let (stop_serving, stop_working) = (CancellationToken::new(), CancellationToken::new());
        let (serving, working) = (TaskTracker::new(), TaskTracker::new());
        let shutdown = || stop_working.clone();
        let head = handle.head();
        working.spawn(appender.run());
        working.spawn(tail.clone().follow(nats.clone(), executor.clone(), shutdown()));
        working.spawn(announcements::poke(nats.clone(), head.clone(), shutdown()));
        working.spawn(announcements::hurry(nats.clone(), progress.clone(), shutdown()));
        if settings.roles.relay {
            // What it notes need not be durable either: a lost note is read from the stream's end.
            let relay = Relay::new(own(&options, 1, false), nats.clone(), holder, head, shutdown());
            working.spawn(relay.run());
        }
        let projectors = projectors::all(&settings);
        if settings.roles.projector {
            let announcer = Arc::new(NatsAnnouncer::start(nats.clone()));
            for projector in &projectors {
                let context = RunnerContext {
                    source: tail.clone(),
                    announcer: announcer.clone(),
                    progress: progress.clone(),
                    holder,
                    delay: settings.projector_delay,
                    shutdown: shutdown(),
                };
                // A read model's commit need not be durable: rows and checkpoint are lost together, and
                // what was lost is applied again.
                let runner = Runner::new(projector.clone(), own(&options, 2, false), context);
                working.spawn(runner.run());
            }
            let rebuilder = Rebuilder {
                projectors: projectors.clone(),
                pool: own(&options, 3, false),
                source: Arc::new(LogReader::new(pool.clone())),
                shutdown: shutdown(),
            };
            working.spawn(rebuilder.run());
        }
        let names: Vec<_> = projectors.iter().map(|projector| projector.name()).collect();
        match &past {
            None => {
                let (nats, pool) = (nats.clone(), pool.clone());
                let heard = announcements::listen(nats, pool, names.clone(), progress.clone(), shutdown());
                working.spawn(heard);
            }
            // It never goes on.
            Some(past) => names.iter().for_each(|name| {
                progress.note(name, past.position);
            }),
        }
        working.spawn(vault.clone().listen(shutdown()));
        if settings.roles.api && is_live {
            let pool = own(&options, 1, true);
            for sender in mail::senders(&settings, &pool, &vault.outbox, &stop_working)? {
                working.spawn(sender.run());
            }
        }
        let eraser = Eraser {
            pool: pool.clone(),
            executor: executor.clone(),
            vault: vault.clone(),
            nats: nats.clone(),
            storage: storage.clone(),
        };
        if is_live {
            working.spawn(sweep(eraser, settings.web_url.0.clone(), shutdown()));
        }

        if settings.roles.projector {
            read_models(&pool, &projectors).await?;
        }
        match storage.clone() {
            Some(storage) => {
                bucket(storage.clone(), &working, shutdown()).await;
                if settings.roles.media {
                    let worker = media::Worker {
                        pool: own(&options, 2, true),
                        executor: executor.clone(),
                        storage,
                        progress: progress.clone(),
                        grace: settings.media_grace,
                        pokes: media_pokes.clone(),
                        shutdown: shutdown(),
                    };
                    working.spawn(worker.run());
                }
            }
            None => warn!("S3_ENDPOINT is not set: there is nowhere to keep photos and exports"),
        }
        if let Some(search) = search {
            let (measured, measured_names, fed) = (pool.clone(), names.clone(), search.fed.clone());
            let parts = Parts {
                executor,
                vault,
                providers,
                storage,
                media_pokes,
                views: Views::default(),
                search: search.clone(),
                log: Log::new(pool.clone()),
                projections: names.clone(),
                reads: StatementPool::new(limited(&read_options), settings.database_connections / 2),
                pool: read_pool,
                progress,
                touched: tail.touched(),
                tail,
                stopping: stop_serving.clone(),
                settings: HttpSettings {
                    consistency_bound: settings.consistency_bound,
                    page_cache_bytes: u64::from(settings.page_cache_mb) << 20,
                    popular_searches_every: settings.popular_searches_every,
                    requests_per_minute: settings.rate_limit_per_minute,
                    cors: match settings.allowed_origins.0 {
                        origins if origins.is_empty() => Cors::Any,
                        origins => Cors::Origins(origins),
                    },
                    trusted_proxies: settings.trusted_proxies.0,
                    web_url: settings.web_url.0,
                    public_url: settings.public_url.0,
                    dev_mailbox: settings.dev_mailbox,
                    as_of: past.map(|past| past.position),
                },
                readiness: readiness::of(pool.clone(), nats.clone(), projectors),
                metrics: Arc::new(move || {
                    Box::pin(metrics(measured.clone(), measured_names.clone(), fed.clone()))
                }),
            };
            let counter = views::Worker {
                // What holds it up must not hold up the node's stop.
                pool: own(&options.clone().options([("statement_timeout", "10s")]), 1, true),
                executor: parts.executor.clone(),
                vault: parts.vault.clone(),
                views: parts.views.clone(),
                every: settings.views_every,
                shutdown: shutdown(),
            };
            if is_live {
                working.spawn(counter.run());
            }
            let feeder = Feeder {
                pool: own(&read_options, 1, true),
                engine: search.engine.clone(),
                progress: parts.progress.clone(),
                fed: search.fed.clone(),
                shutdown: shutdown(),
            };
            working.spawn(feeder.run());
            let vector_feeder = VectorFeeder {
                pool: own(&read_options, 1, true),
                engine: search.engine,
                embedder: search.embedder,
                words: search.fed,
                fed: search.vectors,
                shutdown: shutdown(),
            };
            working.spawn(vector_feeder.run());
            let app = App::new(parts);
            if is_live {
                working.spawn(exports::maker::run(app.clone(), shutdown()));
            }
            let router = crate::router(app);
            let limits = Limits {
                connections: settings.max_connections,
                idle: settings.idle_timeout,
                stall: settings.stall_timeout,
                drain: DRAIN,
            };
            serving.spawn(sockets::serve(listener, router, limits, stop_serving.clone()));
        }
        serving.close();
        working.close();
        info!(%address, %log_id, "started");
        Ok(Self { address, stop_serving, stop_working, serving, working })
    }

    /// Where HTTP is served.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers what is in flight, stores what was promised, gives leases back.
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

/// For what somebody waits for.
fn limited(options: &PgConnectOptions) -> PgConnectOptions {
    options.clone().options([("statement_timeout", "20s")])
}

/// A small pool for work that must not wait for others, nor others for it.
fn own(options: &PgConnectOptions, connections: u32, durable: bool) -> PgPool {
    let commit = if durable { "on" } else { "off" };
    pool_of(connections).connect_lazy_with(options.clone().options([("synchronous_commit", commit)]))
}

/// After a restart of Postgres every connection in a pool is broken, and each would cost a request. One
/// that was used a moment ago can't be from before a restart, so under load nothing is asked.
fn pool_of(connections: u32) -> PgPoolOptions {
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

/// What searches are asked of.
fn search(settings: &Settings, log_id: Uuid) -> Result<Search, NodeError> {
    let engine: Arc<dyn Engine> = match &settings.meili {
        // It may be away for now.
        Some(meili) => Arc::new(Meilisearch::new(meili, log_id)?),
        None => Arc::new(Embedded::open(settings.search_dir.as_deref(), &log_id.to_string())?),
    };
    let embedder = embedder::of(settings.embedder.as_ref())?;
    Ok(Search { engine, fed: Fed::default(), embedder, vectors: Fed::default() })
}

/// Makes the bucket if it is not there; while the storage is away, everything else is served.
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

/// Forgets what is kept for a day only.
async fn sweep(eraser: Eraser, web_url: String, shutdown: CancellationToken) {
    let Eraser { pool, vault, .. } = &eraser;
    let mut often = tokio::time::interval(Duration::from_secs(600));
    loop {
        tokio::select! {
            _ = often.tick() => {}
            () = shutdown.cancelled() => return,
        }
        if let Err(failure) = vault.sweep(&|token: &str| come_back_link(&web_url, token)).await {
            warn!(%failure, "the vault was not swept");
        }
        if let Err(failure) = eraser.sweep().await {
            warn!(%failure, "who left thirty days ago could not be forgotten");
        }
        if let Err(failure) = vault.searches.sweep(&eraser.executor).await {
            warn!(%failure, "searches whose way to the log was cut off were not swept");
        }
        if let Err(failure) = mail::sweep(pool).await {
            warn!(%failure, "the mail queue was not swept");
        }
        if let Err(failure) = views::sweep(pool).await {
            warn!(%failure, "who looked at posts days ago was not forgotten");
        }
        let swept = sqlx::query("delete from commands where recorded_at < now() - interval '24 hours'")
            .execute(pool)
            .await;
        if let Err(failure) = swept {
            warn!(%failure, "old idempotency keys were not swept");
        }
    }
}

/// Waits until the runners have made what queries read, so that the first of them finds it.
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

/// Lags are measured when they are asked for: whoever is behind may be another process, or stopped.
async fn metrics(pool: PgPool, projections: Vec<&'static str>, search: Fed) -> String {
    let measured = async {
        event_log::status::status(&pool, &projections).await?.gauge();
        event_log::status::gauge_search(&pool, search.position()).await?;
        mail::gauge(&pool).await
    };
    match tokio::time::timeout(Duration::from_secs(2), measured).await {
        Ok(Ok(())) => {}
        Ok(Err(failure)) => warn!(%failure, "lags can't be measured"),
        Err(_) => warn!("lags can't be measured within two seconds"),
    }
    service::telemetry::install().render()
}
