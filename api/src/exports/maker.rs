//! The maker of exports, one at a time in each process, and the sweep of those that are over.

use super::collect::{CollectError, collect};
use crate::app::App;
use crate::pages::link;
use crate::personal::Export;
use crate::wiring::Wiring;
use domain::value::UserId;
use event_log::event_store::LogReader;
use jobs::queue::Enqueued;
use jobs::{Failure, Job};
use photos::s3::{Storage, StorageError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tracing::info;
use uuid::Uuid;
use vault::VaultError;
use vault::exports::{self, Waiting};

/// The longest wait for the read models to show what was written before an export was asked for.
const CATCH_UP: Duration = Duration::from_secs(30);
/// The pause between two calls of [`tidy`].
pub(super) const TIDY: Duration = Duration::from_secs(3_600);

/// The reason why an export was not made.
#[derive(Debug, thiserror::Error)]
pub(super) enum MakeError {
    #[error("the read models are behind")]
    Behind,
    #[error(transparent)]
    Collect(#[from] CollectError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error("the database can't be used")]
    Database(#[from] sqlx::Error),
    #[error("the archive can't be read")]
    Io(#[from] std::io::Error),
}

/// The link to a ready export, as a letter has it.
fn export_link(web_url: &str, token: &str) -> String {
    link(web_url, "export", token)
}

/// The job that makes an export.
#[derive(Serialize, Deserialize)]
pub(super) struct MakeExport {
    user_id: Uuid,
}

impl MakeExport {
    /// The job for this person's export.
    pub(super) fn of(user: UserId) -> Self {
        Self { user_id: user.0 }
    }
}

/// The services that making exports takes.
pub(super) struct Maker {
    app: App,
    storage: Storage,
    exports: Vec<Export>,
}

impl Maker {
    /// The maker, where requests are answered and files are kept.
    pub(super) fn of(wiring: &Wiring, app: &App) -> Option<Self> {
        let exports = wiring.exports.clone();
        Some(Self { app: app.clone(), storage: app.storage.clone()?, exports })
    }
}

impl Job for MakeExport {
    const KIND: &'static str = "make_export";
    /// The tries of about a week: so long an export is kept.
    const MAX_ATTEMPTS: i32 = 1_000;
    const LONGEST_PAUSE: Duration = Duration::from_secs(10 * 60);
    /// The export that is underway is as good as another.
    const AGAIN: bool = false;
    type Context = Maker;

    fn key(&self) -> String {
        self.user_id.to_string()
    }

    async fn run(self, maker: Arc<Maker>) -> Result<(), Failure> {
        let Maker { app, storage, exports } = &*maker;
        let Some(waiting) = app.vault.exports.waiting(UserId(self.user_id)).await.map_err(MakeError::from)?
        else {
            // The export was made, or its person was forgotten.
            return Ok(());
        };
        make(app, exports, storage, waiting).await?;
        info!("an export was made");
        Ok(())
    }
}

impl From<MakeError> for Failure {
    fn from(error: MakeError) -> Self {
        Self::retry("the export was not made").because(error)
    }
}

/// Clears away exports that are over, and enqueues jobs for exports that have none, as of an older release.
pub(super) async fn tidy(app: &App) -> Result<(), MakeError> {
    let waiting = app.vault.exports.all_waiting().await?.into_iter();
    let jobs = waiting.map(|user| Enqueued::of(&MakeExport::of(user))).collect();
    app.queue.enqueue_all(&app.pool, jobs).await?;
    app.queue.poke();
    match &app.storage {
        Some(storage) => sweep(app, storage).await,
        None => Ok(()),
    }
}

async fn make(app: &App, exports: &[Export], storage: &Storage, waiting: Waiting) -> Result<(), MakeError> {
    let head = LogReader::new(app.pool.clone()).head().await?;
    let reads: BTreeSet<_> = exports.iter().flat_map(|export| export.reads).copied().collect();
    let reads: Vec<_> = reads.into_iter().collect();
    if !app.progress.wait(&reads, head, CATCH_UP).await.covered {
        return Err(MakeError::Behind);
    }
    let file = collect(app, exports, UserId(waiting.user_id)).await?;
    let size = file.metadata()?.len();
    storage.put_file(&waiting.key(), "application/zip", file).await?;
    let web_url = &app.settings.web_url;
    if !app.vault.exports.made(waiting, size, |token| export_link(web_url, token)).await? {
        // Another process may have made the export meanwhile: only files that nobody is to have are deleted.
        for key in app.vault.exports.over(vec![waiting.key()]).await? {
            storage.delete(&key).await?;
        }
    }
    Ok(())
}

/// Deletes files whose week is over, or whose owner was forgotten while they were made.
async fn sweep(app: &App, storage: &Storage) -> Result<(), MakeError> {
    let mut after: Option<String> = None;
    loop {
        let listed = storage.list(exports::FOLDER, after.as_deref()).await?;
        let Some(last) = listed.last() else { return Ok(()) };
        after = Some(last.key.clone());
        let keys = listed.into_iter().map(|listed| listed.key).collect();
        for key in app.vault.exports.over(keys).await? {
            storage.delete(&key).await?;
        }
    }
}
