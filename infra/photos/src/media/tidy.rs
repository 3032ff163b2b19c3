//! The removal of photos that nothing shows, and of files that belong to no photo.

use super::{AT_ONCE, ProcessPhoto, Resting, UPLOADS, WorkError, Worker, delete_files, folder_of};
use crate::s3::{PUBLIC, Storage, StorageError};
use chrono::Utc;
use domain::media::{Media, MediaCommand, MediaState, RemoveReason};
use domain::value::MediaId;
use jobs::queue::Enqueued;
use projections::media::query;
use sqlx::PgPool;
use std::collections::HashMap;
use std::time::Duration;
use tracing::{info, warn};
use uuid::Uuid;

/// The time between two comparisons of the bucket with the photos that are known.
pub(super) const EVERY: Duration = Duration::from_secs(3_600);
/// Number of uploads for which jobs are enqueued at once; the rest waits for the next time.
const UPLOADS_AT_ONCE: usize = 10_000;
/// The age up to which a file may belong to a photo of which the log is being told just now.
pub const SETTLED: Duration = Duration::from_secs(3_600);

impl Worker {
    /// Removes the photos that are shown no longer, then sweeps the files of removed ones.
    pub(super) async fn take_away(&self, resting: &mut Resting) {
        let (removable, removed) = match self.to_take_away().await {
            Ok(found) => found,
            Err(failure) => return warn!(%failure, "what to take away can't be read"),
        };
        for (id, reason) in removable {
            if !resting.contains_key(&id)
                && let Err(failure) = self.photos.tell(id, MediaCommand::Remove { reason }).await
            {
                Self::rest(resting, id, &failure);
            }
        }
        for id in removed {
            if !resting.contains_key(&id)
                && let Err(failure) = self.sweep(id).await
            {
                Self::rest(resting, id, &failure);
            }
        }
    }

    async fn to_take_away(&self) -> Result<(Vec<(MediaId, RemoveReason)>, Vec<MediaId>), sqlx::Error> {
        let removable = query::to_remove(&self.photos.pool, Utc::now(), self.grace, AT_ONCE).await?;
        Ok((removable, query::to_sweep(&self.photos.pool, AT_ONCE).await?))
    }

    async fn sweep(&self, id: MediaId) -> Result<(), WorkError> {
        delete_files(&self.photos.storage, id).await?;
        self.photos.tell(id, MediaCommand::Sweep).await?;
        Ok(())
    }

    /// Enqueues jobs for the uploads that wait: those from before there was the reaction, and those whose job
    /// was given up.
    pub(super) async fn ask_for_uploads(&self) {
        let enqueued = async {
            let waiting = query::to_process(&self.photos.pool, UPLOADS_AT_ONCE).await?;
            let jobs = waiting.iter().map(|media| Enqueued::of(&ProcessPhoto::of(media.id, media.owner_id)));
            self.queue.enqueue_all(&self.photos.pool, jobs.collect()).await
        };
        match enqueued.await {
            Ok(()) => self.queue.poke(),
            Err(failure) => warn!(%failure, "uploads that wait can't be asked for"),
        }
    }

    /// Deletes files that belong to no photo: an upload that came after its photo was made, say.
    pub(super) async fn tidy_bucket(&self) {
        let strays = match strays(&self.photos.pool, &self.photos.storage, SETTLED).await {
            Ok(strays) => strays,
            Err(failure) => return warn!(%failure, "the bucket can't be held against what is known"),
        };
        for key in strays {
            match self.delete_unless_known(&key).await {
                Ok(true) => info!(key, "a file that belongs to nothing was deleted"),
                Ok(false) => {}
                Err(failure) => warn!(%failure, key, "a file that may belong to nothing is still there"),
            }
        }
    }

    /// Deletes a file, unless the log knows a photo that it belongs to: the read model may be behind, or be
    /// built anew just now. Returns true if the file was deleted.
    async fn delete_unless_known(&self, key: &str) -> Result<bool, WorkError> {
        let Some(id) = id_in(key) else {
            warn!(key, "a file in the bucket is none of ours; it is left alone");
            return Ok(false);
        };
        let state = self.photos.executor.load::<Media>(id.0).await?.state.state;
        if belongs(state, key) {
            return Ok(false);
        }
        self.photos.storage.delete(key).await?;
        Ok(true)
    }
}

/// True if a photo of this state has such a file.
fn belongs(state: MediaState, key: &str) -> bool {
    match state {
        // A removed photo is about to be swept.
        MediaState::Uploading | MediaState::Processing | MediaState::Removed => true,
        MediaState::Ready => key.starts_with(PUBLIC),
        MediaState::Unknown | MediaState::Refused | MediaState::Swept => false,
    }
}

/// The reason why the bucket could not be compared with the read model.
#[derive(Debug, thiserror::Error)]
pub enum StraysError {
    /// See [`StorageError`].
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The read model can't be read.
    #[error("the read model of photos can't be read")]
    Read(#[from] sqlx::Error),
}

/// The keys of files, older than `settled`, that belong to no photo: nothing else would ever delete them.
///
/// # Errors
/// See [`StraysError`].
pub async fn strays(pool: &PgPool, storage: &Storage, settled: Duration) -> Result<Vec<String>, StraysError> {
    let mut strays = Vec::new();
    for folder in [UPLOADS, PUBLIC] {
        let mut after: Option<String> = None;
        loop {
            let listed = storage.list(folder, after.as_deref()).await?;
            let Some(last) = listed.last() else { break };
            after = Some(last.key.clone());
            let old = listed.into_iter().filter(|file| file.is_older_than(settled));
            let keys: Vec<String> = old.map(|file| file.key).collect();
            let ids: Vec<MediaId> = keys.iter().filter_map(|key| id_in(key)).collect();
            let states: HashMap<MediaId, MediaState> = query::states(pool, &ids).await?.into_iter().collect();
            let state = |key: &str| id_in(key).and_then(|id| states.get(&id).copied()).unwrap_or_default();
            strays.extend(keys.into_iter().filter(|key| !belongs(state(key), key)));
        }
    }
    Ok(strays)
}

/// The keys of files that ready photos should have and that are not in the bucket.
///
/// # Errors
/// See [`StraysError`].
pub async fn missing(pool: &PgPool, storage: &Storage) -> Result<Vec<String>, StraysError> {
    let (mut missing, mut after) = (Vec::new(), None);
    loop {
        let page = query::all(pool, after, AT_ONCE).await?;
        for media in page.items {
            let Some(processed) = media.processed.filter(|_| media.state == MediaState::Ready) else {
                continue;
            };
            let there = storage.list(&folder_of(media.id), None).await?;
            let wanted = processed.variants.iter().map(|variant| super::variant_key(media.id, &variant.name));
            let gone: Vec<String> = wanted.filter(|key| !there.iter().any(|file| file.key == *key)).collect();
            // The photo may have been removed since the page was read.
            let still =
                query::one(pool, media.id).await?.is_some_and(|media| media.state == MediaState::Ready);
            if !gone.is_empty() && still {
                missing.extend(gone);
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(missing);
        }
    }
}

/// The id of the photo in a key, which is `uploads/<id>` or `media/<id>/<variant>.webp`.
fn id_in(key: &str) -> Option<MediaId> {
    key.split('/').nth(1)?.parse::<Uuid>().ok().map(MediaId)
}
