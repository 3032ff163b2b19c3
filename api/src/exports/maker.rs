//! Makes exports, one at a time in each process, and clears away what is over.

use super::collect::{CollectError, collect};
use super::routes::export_link;
use crate::app::App;
use domain::value::UserId;
use event_log::event_store::LogReader;
use photos::s3::{Storage, StorageError};
use service::backoff::pause;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use vault::VaultError;
use vault::exports::{self, Waiting};

/// Finds what other processes were asked for, and what is due again.
const POLL: Duration = Duration::from_secs(5);
/// What failed is tried again after a second, then ever more rarely.
const PAUSE_MAX: Duration = Duration::from_secs(10 * 60);
/// How long read models may take to show what was written before someone asked.
const CATCH_UP: Duration = Duration::from_secs(30);
/// The read models that an export shows.
const READ: [&str; 6] = ["profiles", "posts", "comments", "tags", "media", "searches"];
const SWEEP: Duration = Duration::from_secs(3_600);

/// Why one was not made.
#[derive(Debug, thiserror::Error)]
enum MakeError {
    #[error("the read models are behind")]
    Behind,
    #[error(transparent)]
    Collect(#[from] CollectError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error("the log can't be read")]
    Log(#[from] sqlx::Error),
    #[error("the archive can't be read")]
    Io(#[from] std::io::Error),
    #[error("writing the archive was cut off")]
    CutOff,
}

/// Makes what is asked for, until shutdown. What is cut off then, others make.
pub async fn run(app: App, shutdown: CancellationToken) {
    let Some(storage) = app.storage.clone() else { return };
    let mut pokes = app.vault.exports.pokes();
    let mut sweeps = tokio::time::interval(SWEEP);
    loop {
        pokes.mark_unchanged();
        let worked = tokio::select! {
            worked = make_next(&app, &storage) => worked,
            () = shutdown.cancelled() => return,
        };
        match worked {
            Ok(true) => continue,
            Ok(false) => {}
            Err(failure) => warn!(%failure, "exports that wait can't be read"),
        }
        tokio::select! {
            _ = pokes.changed() => {}
            () = tokio::time::sleep(POLL) => {}
            _ = sweeps.tick() => {
                if let Err(failure) = sweep(&app, &storage).await {
                    warn!(%failure, "exports that are over were not cleared away");
                }
            }
            () = shutdown.cancelled() => return,
        }
    }
}

/// Whether there was one.
async fn make_next(app: &App, storage: &Storage) -> Result<bool, VaultError> {
    let Some(waiting) = app.vault.exports.claim().await? else { return Ok(false) };
    match make(app, storage, waiting).await {
        Ok(()) => info!("an export was made"),
        Err(failure) => {
            warn!(%failure, "an export was not made; it is tried again");
            app.vault.exports.give_back(waiting, pause(waiting.attempts, PAUSE_MAX)).await?;
        }
    }
    Ok(true)
}

async fn make(app: &App, storage: &Storage, waiting: Waiting) -> Result<(), MakeError> {
    let head = LogReader::new(app.pool.clone()).head().await?;
    if !app.progress.wait(&READ, head, CATCH_UP).await.covered {
        return Err(MakeError::Behind);
    }
    let (collecting, user, runtime) = (app.clone(), waiting.user_id, Handle::current());
    let written = tokio::task::spawn_blocking(move || collect(&runtime, &collecting, UserId(user)));
    let file = written.await.map_err(|_| MakeError::CutOff)??;
    let size = file.metadata()?.len();
    storage.put_file(&waiting.key(), "application/zip", file).await?;
    let web_url = &app.settings.web_url;
    if !app.vault.exports.made(waiting, size, |token| export_link(web_url, token)).await? {
        // Another may have made it meanwhile: only what nobody is to have goes.
        for key in app.vault.exports.over(vec![waiting.key()]).await? {
            storage.delete(&key).await?;
        }
    }
    Ok(())
}

/// Files whose week is over, or whose owner was forgotten while they were made.
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
