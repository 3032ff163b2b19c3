//! What handlers work with: the ways to the log, the vault and the read models, and this node's settings.

use crate::console::Figures;
use crate::edge::Problem;
use crate::edge::failure::is_of_another_copy;
use crate::layers::rate_limit::RateLimits;
use crate::media::dto::PhotoUrls;
use crate::read_models::Standings;
use crate::search::Search;
use crate::searches::PopularSearches;
use crate::tags::Trends;
use crate::timeline::Pages;
use domain::value::UserId;
use event_log::event_store::Executor;
use event_log::statement_pool::StatementPool;
use event_log::tail::Tail;
use event_log::touched::Touched;
use futures::future::BoxFuture;
use history::Pages as Log;
use ipnet::IpNet;
use moka::sync::Cache;
use photos::media::Pokes;
use photos::s3::Storage;
use projections::Position;
use projections::progress::Progress;
use serde::Serialize;
use sqlx::PgPool;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;
use vault::Vault;
use vault::providers::Providers;
use vault::views::Views;

/// How long this node remembers what a person last wrote. Beyond it every projection has caught up, or
/// its lag is known and answers are marked stale.
const MEMORY: Duration = Duration::from_secs(60);
const MEMORY_PEOPLE: u64 = 100_000;
const MEMORY_HANDLES: u64 = 10_000;

/// The state of every handler; cloning it is cheap.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// What an [`App`] holds.
pub struct Inner {
    /// Runs commands.
    pub executor: Executor,
    /// Passwords and tokens.
    pub vault: Vault,
    /// The services that people may log in with.
    pub providers: Providers,
    /// Files, where a storage for them is named.
    pub storage: Option<Storage>,
    /// Where photos are seen.
    pub photo_urls: PhotoUrls,
    /// Tells workers that a photo is to be looked after.
    pub media_pokes: Pokes,
    /// Takes note of who looks at what.
    pub views: Views,
    /// For read models only.
    pub reads: StatementPool,
    /// Where that does not do: transactions, and what is written.
    pub pool: PgPool,
    /// Everything that happened.
    pub log: Log,
    /// The projections' names.
    pub projections: Vec<&'static str>,
    /// How far each projection has come.
    pub progress: Arc<Progress>,
    /// The newest events.
    pub tail: Arc<Tail>,
    /// Answers that go on end when the node stops.
    pub stopping: CancellationToken,
    /// This node's settings.
    pub settings: Settings,
    /// First pages of timelines that still stand, if any are kept.
    pub pages: Option<Pages>,
    /// What was trending a moment ago.
    pub trends: Trends,
    /// How everything stood a moment ago.
    pub(crate) standings: Standings,
    /// What the console's figures show.
    pub(crate) figures: Figures,
    /// Finds things by words and closeness.
    pub search: Search,
    /// What many people search for.
    pub popular_searches: PopularSearches,
    /// Who has asked how often.
    pub rate_limits: RateLimits,
    pub(crate) readiness: ReadinessSource,
    pub(crate) metrics: MetricsSource,
    written: Cache<UserId, Position>,
    registering: Cache<String, Arc<Mutex<()>>>,
}

/// Tells whether this node can serve.
pub type ReadinessSource = Arc<dyn Fn() -> BoxFuture<'static, Readiness> + Send + Sync>;

/// Renders metrics in Prometheus' text format.
pub type MetricsSource = Arc<dyn Fn() -> BoxFuture<'static, String> + Send + Sync>;

/// What an [`App`] is made of.
pub struct Parts {
    /// Runs commands.
    pub executor: Executor,
    /// Passwords and tokens.
    pub vault: Vault,
    /// The services that people may log in with.
    pub providers: Providers,
    /// Files, where a storage for them is named.
    pub storage: Option<Storage>,
    /// Tells workers that a photo is to be looked after.
    pub media_pokes: Pokes,
    /// Takes note of who looks at what.
    pub views: Views,
    /// Finds things by words.
    pub search: Search,
    /// For read models only.
    pub reads: StatementPool,
    /// Where that does not do: transactions, and what is written.
    pub pool: PgPool,
    /// Everything that happened.
    pub log: Log,
    /// The projections' names.
    pub projections: Vec<&'static str>,
    /// How far each projection has come.
    pub progress: Arc<Progress>,
    /// The newest events.
    pub tail: Arc<Tail>,
    /// Answers that go on end when the node stops.
    pub stopping: CancellationToken,
    /// What the newest events touched.
    pub touched: Arc<Touched>,
    /// This node's settings.
    pub settings: Settings,
    /// Tells whether this node can serve.
    pub readiness: ReadinessSource,
    /// Renders metrics in Prometheus' text format.
    pub metrics: MetricsSource,
}

/// How this node serves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long a query waits for its caller's own writes before it answers stale.
    pub consistency_bound: Duration,
    /// For first pages of timelines; with 0 none are kept.
    pub page_cache_bytes: u64,
    /// Read models are served as they stood at this position, to analysts only, and nothing can be written.
    pub as_of: Option<Position>,
    /// How often it is looked what many people search for.
    pub popular_searches_every: Duration,
    /// For each person, or each address of those who are not logged in; 0 is without limit.
    pub requests_per_minute: u32,
    /// Which web pages of other origins may call from a browser.
    pub cors: Cors,
    /// Proxies that say for whom they ask.
    pub trusted_proxies: Vec<IpNet>,
    /// Where people's pages are, without a slash at its end: letters link there.
    pub web_url: String,
    /// Where this server is for people, without a slash at its end: its own pages are there.
    pub public_url: String,
    /// Whether letters can be read at `/dev/mailbox`.
    pub dev_mailbox: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            consistency_bound: Duration::from_secs(1),
            page_cache_bytes: 32 << 20,
            as_of: None,
            popular_searches_every: Duration::from_secs(300),
            requests_per_minute: 600,
            cors: Cors::Any,
            trusted_proxies: vec![],
            web_url: "http://localhost:8080".to_owned(),
            public_url: "http://localhost:8080".to_owned(),
            dev_mailbox: false,
        }
    }
}

/// Which web pages of other origins may call from a browser.
#[derive(Clone, Debug)]
pub enum Cors {
    /// All, with a bearer token that they were given, never with cookies.
    Any,
    /// Those of these origins, such as `https://example.kr`, with cookies, too.
    Origins(Vec<String>),
}

impl Cors {
    /// Whether pages of the origin may call with cookies.
    #[must_use]
    pub fn allows(&self, origin: &str) -> bool {
        match self {
            Self::Any => false,
            Self::Origins(origins) => origins.iter().any(|allowed| allowed == origin),
        }
    }
}

/// Whether a node can serve, part by part.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Readiness {
    /// Whether requests should be sent here.
    pub ready: bool,
    /// What it consists of.
    pub parts: Vec<ReadinessPart>,
}

/// Whether one part that a node needs is there.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReadinessPart {
    /// Such as `postgres`.
    pub name: String,
    /// Whether it works.
    pub ready: bool,
    /// What an operator should know.
    pub detail: String,
}

impl App {
    /// Puts it together.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let Parts {
            executor,
            vault,
            providers,
            storage,
            media_pokes,
            views,
            search,
            reads,
            pool,
            log,
            projections,
            progress,
            tail,
            stopping,
            touched,
            settings,
            readiness,
            metrics,
        } = parts;
        let pages = (settings.page_cache_bytes > 0).then(|| Pages::new(touched, settings.page_cache_bytes));
        let rate_limits = RateLimits::new(settings.requests_per_minute);
        let popular_searches = PopularSearches::new(settings.popular_searches_every);
        let registering = Cache::builder().max_capacity(MEMORY_HANDLES).time_to_idle(MEMORY).build();
        let written = Cache::builder().max_capacity(MEMORY_PEOPLE).time_to_live(MEMORY).build();
        Self(Arc::new(Inner {
            executor,
            vault,
            providers,
            photo_urls: PhotoUrls::of(storage.as_ref()),
            storage,
            media_pokes,
            views,
            reads,
            pool,
            log,
            projections,
            progress,
            tail,
            stopping,
            settings,
            pages,
            trends: Trends::default(),
            standings: Standings::default(),
            figures: Figures::default(),
            search,
            popular_searches,
            rate_limits,
            readiness,
            metrics,
            written,
            registering,
        }))
    }

    /// Remembers that `user` wrote at `position`, so that their reads here wait for it.
    pub fn remember(&self, user: UserId, position: Position) {
        if position > 0 {
            self.written
                .entry(user)
                .and_upsert_with(|known| known.map_or(position, |known| known.into_value().max(position)));
        }
    }

    /// The position of what `user` last wrote here, as far as it is remembered; 0 otherwise.
    #[must_use]
    pub fn remembered(&self, user: UserId) -> Position {
        self.written.get(&user).unwrap_or(0)
    }

    /// Waits for others who register the same handle here: all but the first then learn that it is taken
    /// before any work is done on their password. The claim in the log is what keeps handles unique.
    pub async fn queue_for_handle(&self, handle_key: &str) -> OwnedMutexGuard<()> {
        self.registering.get_with_by_ref(handle_key, Arc::default).lock_owned().await
    }

    /// The storage for files.
    ///
    /// # Errors
    /// 503 where none is named.
    pub fn storage(&self) -> Result<&Storage, Problem> {
        self.storage.as_ref().ok_or_else(|| {
            Problem::unavailable(
                "no_storage",
                "This server keeps no files. Whoever runs it can name a storage.",
            )
        })
    }

    /// Runs a query of a read model, and once more if a rebuilt copy was swapped in under it.
    ///
    /// # Errors
    /// 503 if the database is away, 500 otherwise.
    pub async fn read<T, F>(&self, query: impl Fn() -> F) -> Result<T, Problem>
    where
        F: Future<Output = Result<T, sqlx::Error>>,
    {
        match query().await {
            Err(error) if is_of_another_copy(&error) => Ok(query().await?),
            result => Ok(result?),
        }
    }
}

impl Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
