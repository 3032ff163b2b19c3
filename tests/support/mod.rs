//! The tests' support: each test has a node of its own on one private stack for all.

pub mod browser;
pub mod client;
pub mod embedder;
pub mod log;
pub mod openid;
pub mod smtp;
mod stack;
pub mod wait;

use api::node::{Listeners, Node};
use event_log::event_store::LogReader;
use photos::s3::Storage;
use projections::Projector;
use projections::rebuild::rebuild;
use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use service::settings::{MeiliSettings, S3Settings, Settings};
use sqlx::PgPool;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

pub use stack::{database, storage};

/// The log levels at which our crates log everything, and their dependencies log what helps someone who looks
/// for a fault.
pub const EVERY_LEVEL: &str = "debug,api=trace,event_log=trace,vault=trace,photos=trace,search_engine=trace,\
     history=trace,jobs=trace,react=trace,service=trace,projections=trace,domain=trace";

/// A running node with a database and a log of its own, and a client for its API.
pub struct TestApp {
    /// The API's address: `http://127.0.0.1:port`.
    pub url: String,
    /// The address for those who run the service: `http://127.0.0.1:port`.
    pub ops_url: String,
    pub settings: Settings,
    pub pool: PgPool,
    pub http: reqwest::Client,
    node: Option<Node>,
}

impl TestApp {
    /// The projector that writes the read model of this name.
    pub fn projector(&self, name: &str) -> Arc<dyn Projector> {
        let all = api::features::projectors(&self.settings);
        all.into_iter().find(|projector| projector.name() == name).expect("a projector")
    }

    /// Rebuilds the read model of this name beside the node that runs it, and swaps the rebuilt one in.
    pub async fn rebuild(&self, name: &str) {
        let source = LogReader::new(self.pool.clone());
        rebuild(&*self.projector(name), &self.pool, &source, &|_| {}).await.expect("rebuilt");
    }

    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Starts a node whose settings the test changes first.
    pub async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        let (database_url, nats_url) = stack::database().await;
        let mut settings = Settings::new(&database_url, &nats_url);
        settings.s3 = Some(stack::storage().await);
        // All requests of a test come from one address.
        settings.rate_limit_per_minute = 0;
        settings.database_connections = 8;
        // Other tests keep the machine busy: a late answer must not look like a lost one.
        settings.consistency_bound = Duration::from_secs(10);
        // NATS sets this much disk space aside for each stream, and refuses more streams when its disk is
        // promised away.
        settings.stream_max_bytes = 64 << 20;
        // A node's counts of views would move the log under tests that look at the log's head.
        settings.views_every = Duration::from_secs(3_600);
        change(&mut settings);
        // These settings decide what timelines hold, and the timelines of the database that is copied were
        // made by the defaults.
        let default = Settings::new(&database_url, &nats_url);
        let made_by = |settings: &Settings| (settings.merge_threshold, settings.timeline_limits);
        if made_by(&settings) != made_by(&default) {
            settings.database_url = stack::empty_database().await.as_str().into();
        }
        Self::start_node(settings).await
    }

    /// Starts another node on the same database and NATS.
    pub async fn second_node(&self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = self.settings.clone();
        change(&mut settings);
        Self::start_node(settings).await
    }

    /// Starts a process of these roles beside the node; the process listens only for those who run the
    /// service.
    pub async fn node_without_http(&self, roles: &str) -> Self {
        let mut settings = self.settings.clone();
        settings.roles = roles.parse().expect("roles");
        Self::start_listening(settings, Listeners { http: None, ops: free_listener().await }).await
    }

    async fn start_node(settings: Settings) -> Self {
        let listeners = Listeners { http: free_listener().await, ops: free_listener().await };
        Self::start_listening(settings, listeners).await
    }

    async fn start_listening(settings: Settings, listeners: Listeners) -> Self {
        // The recorder of metrics is installed before anything is counted, as the commands do.
        service::telemetry::install();
        let node = Node::start(settings.clone(), listeners).await.expect("the node starts");
        let pool = PgPool::connect(&settings.database_url).await.expect("the database is there");
        let url = |address: Option<SocketAddr>| address.map_or_else(String::new, |at| format!("http://{at}"));
        let (url, ops_url) = (url(node.address()), url(node.ops_address()));
        Self { url, ops_url, settings, pool, http: client(), node: Some(node) }
    }

    /// Runs a command of `madang` beside the node, on the node's services; returns what the command prints,
    /// or the error that it prints when it fails.
    pub async fn madang(&self, arguments: &[&str]) -> Result<String, String> {
        let storage = self.settings.s3.iter().flat_map(S3Settings::variables);
        let done = tokio::process::Command::new(binary())
            .args(arguments)
            .env("DATABASE_URL", &*self.settings.database_url)
            .env("NATS_URL", &*self.settings.nats_url)
            .env("MADANG_STREAM_MAX_BYTES", self.settings.stream_max_bytes.to_string())
            .envs(storage)
            .envs(self.settings.meili.iter().flat_map(MeiliSettings::variables))
            .envs(self.settings.search_dir.iter().map(|folder| ("MADANG_SEARCH_DIR", folder)))
            .output()
            .await
            .expect("it runs");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        match done.status.success() {
            true => Ok(text(done.stdout)),
            false => Err(text([done.stdout, done.stderr].concat())),
        }
    }

    /// The node's storage.
    pub fn storage(&self) -> Storage {
        Storage::new(self.settings.s3.clone().expect("every node here has one"))
    }

    /// The keys of all files under a prefix, at most 1,000.
    pub async fn files(&self, prefix: &str) -> Vec<String> {
        let listed = self.storage().list(prefix, None).await.expect("the storage answers");
        listed.into_iter().map(|listed| listed.key).collect()
    }

    /// Stops the node as an operator would.
    pub async fn stop(&mut self) {
        if let Some(node) = self.node.take() {
            node.stop().await;
        }
    }
}

async fn free_listener() -> Option<TcpListener> {
    Some(TcpListener::bind("127.0.0.1:0").await.expect("a free port"))
}

/// A client that gives up after a while: a hang is a failure.
pub fn client() -> reqwest::Client {
    client_with(HeaderMap::new())
}

/// A client that sends these headers with every request.
pub fn client_with(headers: HeaderMap) -> reqwest::Client {
    client_builder().default_headers(headers).build().expect("a client")
}

/// A client that sends from this address of this machine: all of 127.0.0.0/8 is the machine's own.
pub fn client_from(address: std::net::IpAddr) -> reqwest::Client {
    client_builder().local_address(address).build().expect("a client")
}

/// A client that keeps no connection to use it again.
pub fn client_without_pool() -> reqwest::Client {
    client_builder().pool_max_idle_per_host(0).build().expect("a client")
}

fn client_builder() -> reqwest::ClientBuilder {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().redirect(Policy::none()).timeout(Duration::from_secs(60))
}

/// The path of the `madang` binary that was built beside these tests.
pub fn binary() -> PathBuf {
    let here = std::env::current_exe().expect("a path");
    let binary = here.parent().and_then(Path::parent).expect("target/<profile>/deps").join("madang");
    assert!(binary.exists(), "build it first: cargo build --workspace");
    binary
}
