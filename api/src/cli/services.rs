//! The Postgres, NATS and storage that a command works on.

use super::{Failure, stack_file::StackFile};
use service::settings::Settings;
use sqlx::{PgPool, postgres::PgPoolOptions};
use std::path::{Path, PathBuf};

const DEFAULT_DATA: &str = ".madang";

/// The place that names the services: an argument, the environment, or a running stack's data folder.
#[derive(Debug, clap::Args)]
pub(super) struct Services {
    /// Work on the `madang up` that runs with this data folder. Without this option DATABASE_URL and NATS_URL
    /// count, and without those the folder .madang
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl Services {
    /// Settings with the services filled in.
    pub(super) fn settings(&self) -> Result<Settings, Failure> {
        let settings = self.read()?;
        // The folder where `madang up` keeps the search index.
        let stack_index = self.data.as_ref().map(|data| data.join("search"));
        Ok(Settings { search_dir: settings.search_dir.or(stack_index), ..settings })
    }

    fn read(&self) -> Result<Settings, Failure> {
        let environment = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let stack = match &self.data {
            Some(data) => Some(StackFile::read(data)?),
            None if environment("DATABASE_URL").is_some() => None,
            None => {
                let here = StackFile::read(Path::new(DEFAULT_DATA)).map_err(|error| {
                    format!("DATABASE_URL is not set, --data names no folder, and {error}")
                })?;
                Some(here)
            }
        };
        Ok(Settings::read(|name| match (&stack, name) {
            (Some(stack), "DATABASE_URL") => Some(stack.database_url.clone()),
            (Some(stack), "NATS_URL") => Some(stack.nats_url.clone()),
            // These commands need no NATS when they are given a Postgres.
            (None, "NATS_URL") => environment(name).or_else(|| Some("nats://127.0.0.1:4222".to_owned())),
            (Some(stack), _) => stack.s3.get(name).cloned().or_else(|| environment(name)),
            (None, _) => environment(name),
        })?)
    }

    /// Connections to the database: enough to rebuild every read model at once, opened as needed.
    pub(super) async fn pool(&self) -> Result<PgPool, Failure> {
        connect(&self.settings()?.database_url).await
    }
}

pub(super) async fn connect(database_url: &str) -> Result<PgPool, Failure> {
    let pool = PgPoolOptions::new().max_connections(20).connect(database_url).await;
    pool.map_err(|error| format!("Postgres can't be reached: {error}").into())
}
