//! The ground that every handler stands on: the ways to the log, the vault and the read models, and this node's
//! settings. It knows no feature: what one keeps for itself is one of the [`Parts`].

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

/// What an [`App`] holds.
pub struct Ground {
    /// Runs commands.
    pub executor: Executor,
    /// Passwords and tokens.
    pub vault: Vault,
    /// Takes what is to be done beside requests.
    pub queue: Queue,
    /// Files, where a storage for them is named.
    pub storage: Option<Storage>,
    /// For read models only.
    pub reads: StatementPool,
    /// Where that does not do: transactions, and what is written.
    pub pool: PgPool,
    /// Everything that happened.
    pub log: Log,
    /// How far each projection has come.
    pub progress: Arc<Progress>,
    /// The newest events.
    pub tail: Arc<Tail>,
    /// What people wrote here last.
    pub written: Written,
    /// Answers that go on end when the node stops.
    pub stopping: CancellationToken,
    /// This node's settings.
    pub settings: Settings,
    /// What features keep for themselves.
    pub parts: Parts,
}

impl Ground {
    /// What a feature keeps for itself.
    ///
    /// # Panics
    /// If no feature put one in.
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
