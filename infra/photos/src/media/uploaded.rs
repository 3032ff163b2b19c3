//! The reaction to an upload, and the job to which it leads.

use super::process::LookedAt;
use super::{Photos, WorkError};
use domain::media::{Media, MediaEvent};
use domain::value::{MediaId, UserId};
use domain::{Decide, Event};
use event_log::event_store::{Executor, StoreError};
use futures::future::BoxFuture;
use jobs::{Failure, Job};
use projections::RecordedEvent;
use react::{Effect, Reaction};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// The pause before a job looks again whether another process is done with the upload.
const SOON: Duration = Duration::from_secs(5);

/// The job of processing an upload.
#[derive(Debug, Serialize, Deserialize)]
pub struct ProcessPhoto {
    media_id: Uuid,
    owner_id: Uuid,
}

impl ProcessPhoto {
    /// The job for an upload of this owner.
    #[must_use]
    pub fn of(media: MediaId, owner: UserId) -> Self {
        Self { media_id: media.0, owner_id: owner.0 }
    }
}

impl Job for ProcessPhoto {
    const KIND: &'static str = "process_photo";
    /// The number of attempts, which takes about a day: the storage may be away for long.
    const MAX_ATTEMPTS: i32 = 10_000;
    const LONGEST_PAUSE: Duration = Duration::from_secs(10);
    type Context = Photos;

    fn key(&self) -> String {
        self.media_id.to_string()
    }

    /// The owner's lane: an owner of many uploads waits for those of others, too.
    fn lane(&self) -> Option<Uuid> {
        Some(self.owner_id)
    }

    async fn run(self, photos: Arc<Photos>) -> Result<(), Failure> {
        match photos.look_at(MediaId(self.media_id)).await? {
            LookedAt::Settled => Ok(()),
            LookedAt::Unheard => Err(Failure::retry("the upload is not known here yet")),
            LookedAt::Elsewhere => Err(Failure::wait("another process looks at the upload", SOON)),
        }
    }
}

impl From<WorkError> for Failure {
    fn from(error: WorkError) -> Self {
        let why = match &error {
            WorkError::Storage(_) => "the storage can't be used",
            WorkError::Store(_) => "the log can't be used",
            WorkError::Refused(_) => "the log refused what was made of the upload",
            WorkError::Read(_) => "the database can't be used",
            WorkError::Thread(_) => "no thread could be had",
        };
        Self::retry(why).because(error)
    }
}

/// The reaction that enqueues a job for each upload, from the log's head on; the worker enqueues jobs for
/// older ones.
pub struct Uploaded {
    /// The executor, from which an upload's owner is read.
    pub executor: Executor,
}

impl Reaction for Uploaded {
    fn name(&self) -> &'static str {
        "uploads"
    }

    fn interests(&self) -> &'static [&'static str] {
        &[<Media as Decide>::TYPE]
    }

    fn on<'a>(
        &'a self,
        recorded: &'a RecordedEvent,
        event: &'a Event,
    ) -> BoxFuture<'a, Result<Vec<Effect>, StoreError>> {
        Box::pin(async move {
            let Event::Media(MediaEvent::MediaUploaded { .. }) = event else { return Ok(vec![]) };
            let owner = self.executor.load::<Media>(recorded.aggregate_id).await?.state.owner_id;
            Ok(vec![Effect::job(&ProcessPhoto::of(MediaId(recorded.aggregate_id), owner))])
        })
    }
}
