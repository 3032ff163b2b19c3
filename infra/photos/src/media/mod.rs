//! Looks after photos, beside requests: makes what is shown of an upload, and takes away what nothing shows.
//!
//! An upload leads to a job, by a reaction to its event; what nothing shows any more is read from the projection `media`.
//! What was done is told to the log, so that whoever dies in between leaves nothing that another does not take up.
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

/// Uploads, until they are looked at.
pub const UPLOADS: &str = "uploads/";

/// The most that a photo may have, in bytes.
pub const MAX_BYTES: u64 = 20 << 20;

const POLL: Duration = Duration::from_secs(2);
/// How long the projection may take to show an upload of which this worker was told.
const CATCH_UP: Duration = Duration::from_secs(1);
/// Before something that failed is tried again.
const PAUSE: Duration = Duration::from_secs(10);
const AT_ONCE: usize = 100;

/// Where an upload is put.
#[must_use]
pub fn upload_key(id: MediaId) -> String {
    format!("{UPLOADS}{id}")
}

/// Where everything that is shown of a photo is.
#[must_use]
pub fn folder_of(id: MediaId) -> String {
    format!("{PUBLIC}{id}/")
}

/// Where one variant of it is.
#[must_use]
pub fn variant_key(id: MediaId, variant: &str) -> String {
    format!("{}{variant}.webp", folder_of(id))
}

/// Deletes all that the storage has of a photo.
///
/// # Errors
/// The storage's; some may be deleted then.
pub async fn delete_files(storage: &Storage, id: MediaId) -> Result<(), StorageError> {
    storage.delete_folder(&folder_of(id)).await?;
    storage.delete(&upload_key(id)).await
}

/// Tells workers of this process that something is shown no longer, as of a position.
#[derive(Clone, Debug, Default)]
pub struct Pokes(watch::Sender<Position>);

impl Pokes {
    /// Something is shown no longer.
    pub fn poke(&self, position: Position) {
        self.0.send_modify(|known| *known = position.max(*known));
    }
}

/// What can't be done now, and until when it is left alone.
type Resting = HashMap<MediaId, Instant>;

/// What looking after photos takes.
#[derive(Clone)]
pub struct Photos {
    /// For the projection, and for locks.
    pub pool: PgPool,
    /// Tells the log what was done.
    pub executor: Executor,
    /// Where the files are.
    pub storage: Storage,
}

/// Takes away what nothing shows, and has uploads looked at that nobody was told of.
pub struct Worker {
    /// What it takes.
    pub photos: Photos,
    /// Takes jobs.
    pub queue: Queue,
    /// How far the projection is.
    pub progress: Arc<Progress>,
    /// How long what nothing shows is kept.
    pub grace: Duration,
    /// From requests in this process.
    pub pokes: Pokes,
    /// Ends it; what is under way then is taken up by others.
    pub shutdown: CancellationToken,
}

/// Something could not be done; it is tried again.
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
    /// Works until shutdown.
    pub async fn run(self) {
        let shutdown = self.shutdown.clone();
        // Apart from each other: a large bucket or many uploads keep nobody from their turn.
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

    /// Waits until the projection shows what this process was told of.
    async fn told(&self, pokes: &mut watch::Receiver<Position>, resting: &mut Resting) {
        let told = *pokes.borrow_and_update();
        self.progress.wait(&["media"], told, CATCH_UP).await;
        resting.retain(|_, until| *until > Instant::now());
    }

    /// Notes that something can't be done now, so that the rest is not kept from its turn.
    fn rest(resting: &mut Resting, id: MediaId, failure: &WorkError) {
        warn!(%failure, %id, "a photo could not be looked after; it is tried again");
        resting.insert(id, Instant::now() + PAUSE);
    }
}

impl Photos {
    /// What has become of it then.
    async fn tell(&self, id: MediaId, command: MediaCommand) -> Result<Option<MediaState>, WorkError> {
        match self.executor.execute::<Media>(id.0, command, &Envelope::of_service()).await {
            Ok(answer) => Ok(Some(answer.state.state)),
            // What shows it was quicker than its removal.
            Err(CommandError::ClaimTaken { .. }) => Ok(None),
            Err(CommandError::Store(error)) => Err(error.into()),
            Err(other) => Err(WorkError::Refused(other.to_string())),
        }
    }
}

/// What a photo may be.
fn limits() -> Limits {
    Limits { size_bytes: usize::try_from(MAX_BYTES).unwrap_or(usize::MAX), ..Limits::default() }
}
