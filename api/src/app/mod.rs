//! The ground that every handler stands on: the ways to the log, the vault and the read models, and this
//! node's settings. The ground knows no feature: what a feature keeps for itself is one of the [`Parts`].

mod parts;
mod settings;
mod written;

pub use parts::Parts;
pub use settings::{Cors, Settings};
pub use written::Written;

use event_log::event_store::Executor;
use event_log::statement_pool::StatementPool;
use event_log::tail::Tail;
use history::Pages as Log;
use jobs::Queue;
use photos::s3::Storage;
use projections::progress::Progress;
use sqlx::PgPool;
use std::any::Any;
use std::ops::Deref;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use vault::Vault;

/// The state of every handler; cloning it is cheap.
#[derive(Clone)]
pub struct App(Arc<Ground>);

/// The services, settings and parts that an [`App`] holds.
pub struct Ground {
    /// The executor, which runs commands.
    pub executor: Executor,
    /// The vault, which holds passwords and tokens.
    pub vault: Vault,
    /// The queue, which takes the jobs that are done beside requests.
    pub queue: Queue,
    /// The storage for files, where one is named.
    pub storage: Option<Storage>,
    /// The connections for reading read models only.
    pub reads: StatementPool,
    /// The connections where `reads` does not do: for transactions and for writes.
    pub pool: PgPool,
    /// The log: everything that happened.
    pub log: Log,
    /// The progress of each projection: how far it has come.
    pub progress: Arc<Progress>,
    /// The tail of the log: the newest events.
    pub tail: Arc<Tail>,
    /// The positions of people's last writes here.
    pub written: Written,
    /// The token that ends answers that go on, when the node stops.
    pub stopping: CancellationToken,
    /// This node's settings.
    pub settings: Settings,
    /// The parts that features keep for themselves.
    pub parts: Parts,
}

impl Ground {
    /// The part of this type that a feature keeps for itself.
    ///
    /// # Panics
    /// If no feature put such a part in.
    #[must_use]
    pub fn part<T: Any + Send + Sync>(&self) -> &T {
        self.parts.get()
    }
}

impl From<Ground> for App {
    fn from(ground: Ground) -> Self {
        Self(Arc::new(ground))
    }
}

impl Deref for App {
    type Target = Ground;

    fn deref(&self) -> &Ground {
        &self.0
    }
}
