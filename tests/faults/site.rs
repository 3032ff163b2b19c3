//! The site of a test: a Postgres, a nats-server and Madang's processes, each a real one that the test may
//! kill, freeze, stop and start again, always on the same port.

mod process;
mod server;
mod service;
mod up;

pub use process::{folder, free_port, signal};
pub use server::Server;
pub use service::Service;
pub use up::Up;

use super::within;
use crate::support::client::{Person, operator};
use ::service::settings::Settings;
use async_nats::jetstream::stream::Stream;
use process::bound;
use projections::Projector;
use server::Wiring;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use std::path::PathBuf;
use std::sync::Arc;

/// The addresses of the stores, as checks and servers need to know them.
#[derive(Clone, Debug)]
pub struct Stores {
    pub database_url: String,
    pub nats_url: String,
}

impl Stores {
    /// A pool of fresh connections: those from before a fault may be broken.
    pub async fn pool(&self) -> PgPool {
        let pool = PgPoolOptions::new().max_connections(4).connect(&self.database_url).await;
        pool.expect("the database is there")
    }

    /// The projectors of a server that runs on these stores.
    pub fn projectors(&self) -> Vec<Arc<dyn Projector>> {
        api::features::projectors(&Settings::new(&self.database_url, &self.nats_url))
    }

    /// The stream of the log's events, if NATS has it.
    pub async fn stream(&self) -> Option<Stream> {
        let log_id: uuid::Uuid =
            sqlx::query_scalar("select id from log").fetch_one(&self.pool().await).await.expect("a log");
        let nats = async_nats::connect(&self.nats_url).await.expect("NATS is there");
        async_nats::jetstream::new(nats).get_stream(format!("EVENTS_{log_id}")).await.ok()
    }

    /// Runs a command on the stores as an operator would; returns true if it succeeded, and what it printed.
    pub async fn madang(&self, arguments: &[&str]) -> (bool, String) {
        let mut command = bound(&crate::support::binary());
        command.args(arguments).env("DATABASE_URL", &self.database_url).env("NATS_URL", &self.nats_url);
        let done = within("a command ends", command.output()).await.expect("it runs");
        let said = [done.stdout, done.stderr].concat();
        (done.status.success(), String::from_utf8_lossy(&said).into_owned())
    }

    /// An operator of the server at this URL, which has run before: its key is in the vault.
    pub async fn operator(&self, url: &str) -> Person {
        operator(&self.database_url, url, crate::support::client()).await
    }
}

/// A running Postgres and nats-server of the test's own, with an empty database.
pub struct Site {
    pub folder: PathBuf,
    pub postgres: Service,
    pub nats: Service,
}

impl Site {
    pub async fn start(name: &str) -> Self {
        Self::start_with(name, |_, _| {}).await
    }

    /// Starts a site with arguments or variables of their own for Postgres and NATS.
    pub async fn start_with(name: &str, change: impl FnOnce(&mut Service, &mut Service)) -> Self {
        let folder = folder(name);
        let (mut postgres, mut nats) =
            (Service::postgres(&folder.join("postgres")).await, Service::nats(&folder.join("nats")));
        change(&mut postgres, &mut nats);
        postgres.start().await;
        nats.start().await;
        Self { folder, postgres, nats }
    }

    pub fn stores(&self) -> Stores {
        Stores { database_url: self.postgres.url(), nats_url: self.nats.url() }
    }

    /// Starts `madang serve` on both stores, every role in one process.
    pub async fn serve(&self) -> Server {
        self.serve_with(|_| {}).await
    }

    /// Starts `madang serve` with roles, proxies or variables of its own.
    pub async fn serve_with(&self, change: impl FnOnce(&mut Wiring)) -> Server {
        let mut wiring = Wiring {
            roles: "api,relay,projector",
            database_port: self.postgres.port,
            nats_port: self.nats.port,
            variables: Vec::new(),
        };
        change(&mut wiring);
        Server::start(wiring).await
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // The folder of a failed test is worth a look, and stays.
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}
