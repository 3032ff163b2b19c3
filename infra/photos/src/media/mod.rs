//! The worker of photos, beside requests: it makes the variants that are shown of an upload, and removes
//! photos that nothing shows.
//!
//! An upload leads to a job, by a reaction to its event; the photos that nothing shows any more are read from
//! the projection `media`. Each step is told to the log, so that another process takes up the work of one
//! that dies in between.
//!
//! Reading order: [`uploaded`] (the reaction, and its job), [`process`] (from an upload to a photo), [`tidy`] (removing,
//! and strays in the bucket).

mod process;
mod tidy;
mod uploaded;

pub use uploaded::{ProcessPhoto, Uploaded};

pub use tidy::{SETTLED, StraysError, missing, strays};

use crate::images::Limits;
use crate::s3::{PUBLIC, Storage, StorageError};
use domain::media::{Media, MediaCommand, MediaState};
use domain::value::MediaId;
use event_log::event_store::{CommandError, Envelope, Executor, StoreError};
use jobs::Queue;
use projections::Position;
use projections::progress::Progress;
use sqlx::PgPool;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::warn;

/// The folder of uploads, until they are looked at.
pub const UPLOADS: &str = "uploads/";

/// The largest size of a photo, in bytes.
pub const MAX_BYTES: u64 = 20 << 20;

const POLL: Duration = Duration::from_secs(2);
/// The longest time that this worker waits for the projection to reach a position of which it was told.
const CATCH_UP: Duration = Duration::from_secs(1);
/// The pause before failed work on a photo is tried again.
const PAUSE: Duration = Duration::from_secs(10);
const AT_ONCE: usize = 100;

/// The key of an upload's file.
#[must_use]
pub fn upload_key(id: MediaId) -> String {
    format!("{UPLOADS}{id}")
}

/// The folder of all files that are shown of a photo.
#[must_use]
pub fn folder_of(id: MediaId) -> String {
    format!("{PUBLIC}{id}/")
}

/// The key of one variant's file.
#[must_use]
pub fn variant_key(id: MediaId, variant: &str) -> String {
    format!("{}{variant}.webp", folder_of(id))
}

/// Deletes all files that the storage has of a photo.
///
/// # Errors
/// The storage's errors; some files may be deleted then.
pub async fn delete_files(storage: &Storage, id: MediaId) -> Result<(), StorageError> {
    storage.delete_folder(&folder_of(id)).await?;
    storage.delete(&upload_key(id)).await
}

/// Pokes to the workers of this process: a photo is shown no longer, as of a position.
#[derive(Clone, Debug, Default)]
pub struct Pokes(watch::Sender<Position>);

impl Pokes {
    /// Tells the workers that a photo is shown no longer, as of this position.
    pub fn poke(&self, position: Position) {
        self.0.send_modify(|known| *known = position.max(*known));
    }
}

/// The photos whose work failed just now, with the time until which each is left alone.
type Resting = HashMap<MediaId, Instant>;

/// The parts that work on photos needs.
#[derive(Clone)]
pub struct Photos {
    /// The pool for the projection, and for locks.
    pub pool: PgPool,
    /// The executor of commands, which tell the log of each step.
    pub executor: Executor,
    /// The storage of the files.
    pub storage: Storage,
}

/// The worker that removes photos that nothing shows, and enqueues jobs for uploads that have none.
pub struct Worker {
    /// The parts that work on photos needs.
    pub photos: Photos,
    /// The queue of jobs.
    pub queue: Queue,
    /// The progress of the projection.
    pub progress: Arc<Progress>,
    /// The time for which a photo that nothing shows is kept.
    pub grace: Duration,
    /// The pokes from requests in this process.
    pub pokes: Pokes,
    /// The token that ends the worker; other processes take up the work that is under way then.
    pub shutdown: CancellationToken,
}

/// The reason why work on a photo failed; it is tried again.
#[derive(Debug, thiserror::Error)]
enum WorkError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{0}")]
    Refused(String),
    #[error("the read model can't be read")]
    Read(#[from] sqlx::Error),
    #[error("no thread could be had")]
    Thread(#[from] std::io::Error),
}

impl Worker {
    /// Looks after photos until shutdown.
    pub async fn run(self) {
        let shutdown = self.shutdown.clone();
        // Both run apart from each other: a large bucket or many uploads must not delay the removal of
        // photos.
        let work = async { tokio::join!(self.clear(), self.tidy()) };
        tokio::select! {
            _ = work => {}
            () = shutdown.cancelled() => {}
        }
    }

    async fn clear(&self) {
        let (mut pokes, mut resting) = (self.pokes.0.subscribe(), Resting::new());
        loop {
            self.told(&mut pokes, &mut resting).await;
            self.take_away(&mut resting).await;
            let _ = tokio::time::timeout(POLL, pokes.changed()).await;
        }
    }

    async fn tidy(&self) {
        let mut often = tokio::time::interval(tidy::EVERY);
        loop {
            often.tick().await;
            self.ask_for_uploads().await;
            self.tidy_bucket().await;
        }
    }

    /// Waits until the projection reaches the position that this process was told of.
    async fn told(&self, pokes: &mut watch::Receiver<Position>, resting: &mut Resting) {
        let told = *pokes.borrow_and_update();
        self.progress.wait(&["media"], told, CATCH_UP).await;
        resting.retain(|_, until| *until > Instant::now());
    }

    /// Notes that work on a photo failed just now, so that the photo does not delay the others.
    fn rest(resting: &mut Resting, id: MediaId, failure: &WorkError) {
        warn!(%failure, %id, "a photo could not be looked after; it is tried again");
        resting.insert(id, Instant::now() + PAUSE);
    }
}

impl Photos {
    /// Carries out a command on a photo and returns the photo's state after it; none if the photo is shown
    /// again and so can't be removed.
    async fn tell(&self, id: MediaId, command: MediaCommand) -> Result<Option<MediaState>, WorkError> {
        match self.executor.execute::<Media>(id.0, command, &Envelope::of_service()).await {
            Ok(answer) => Ok(Some(answer.state.state)),
            // A post or profile that shows the photo was quicker than the photo's removal.
            Err(CommandError::ClaimTaken { .. }) => Ok(None),
            Err(CommandError::Store(error)) => Err(error.into()),
            Err(other) => Err(WorkError::Refused(other.to_string())),
        }
    }
}

/// The limits of a photo.
fn limits() -> Limits {
    Limits { size_bytes: usize::try_from(MAX_BYTES).unwrap_or(usize::MAX), ..Limits::default() }
}
