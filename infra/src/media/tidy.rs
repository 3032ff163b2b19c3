//! Taking away what nothing shows, and what nobody knows of.

use super::{AT_ONCE, UPLOADS, WorkError, Worker, folder_of, upload_key};
use crate::s3::{Listed, PUBLIC, Storage, StorageError};
use chrono::Utc;
use domain::media::{MediaCommand, MediaState, RemoveReason};
use domain::value::MediaId;
use projections::media::query;
use sqlx::PgPool;
use std::collections::HashMap;
use std::time::{Duration, Instant};
use tracing::{info, warn};
use uuid::Uuid;

/// How often the bucket is held against what is known.
pub(super) const EVERY: Duration = Duration::from_secs(3_600);
/// Younger files may belong to something that is being told to the log just now.
const SETTLED: Duration = Duration::from_secs(3_600);

impl Worker {
    /// Removes what is shown no longer, then sweeps what is removed.
    pub(super) async fn take_away(&self, resting: &mut HashMap<MediaId, Instant>) {
        let (removable, removed) = match self.to_take_away().await {
            Ok(found) => found,
            Err(failure) => return warn!(%failure, "what to take away can't be read"),
        };
        for (id, reason) in removable {
            if !resting.contains_key(&id)
                && let Err(failure) = self.tell(id, MediaCommand::Remove { reason }).await
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
        let removable = query::to_remove(&self.pool, Utc::now(), self.grace, AT_ONCE).await?;
        Ok((removable, query::to_sweep(&self.pool, AT_ONCE).await?))
    }

    async fn sweep(&self, id: MediaId) -> Result<(), WorkError> {
        self.storage.delete(&folder_of(id)).await?;
        self.storage.delete(&upload_key(id)).await?;
        self.tell(id, MediaCommand::Sweep).await?;
        Ok(())
    }

    /// Deletes files that belong to nothing: an upload that came after its photo was made, say.
    pub(super) async fn tidy_bucket(&self) {
        match strays(&self.pool, &self.storage, SETTLED).await {
            Ok(strays) => {
                for key in strays {
                    match self.storage.delete(&key).await {
                        Ok(_) => info!(key, "a file that belongs to nothing was deleted"),
                        Err(failure) => warn!(%failure, key, "a file that belongs to nothing is still there"),
                    }
                }
            }
            Err(failure) => warn!(%failure, "the bucket can't be held against what is known"),
        }
    }
}

/// Why the bucket could not be held against the read model.
#[derive(Debug, thiserror::Error)]
pub enum StraysError {
    /// See [`StorageError`].
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The read model can't be read.
    #[error("the read model of photos can't be read")]
    Read(#[from] sqlx::Error),
}

/// Files of photos, older than `settled`, that belong to none: nothing would ever delete them.
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
            let of = |file: Listed| (id_in(&file.key), file.key);
            let files: Vec<(Option<MediaId>, String)> = old.map(of).collect();
            let ids: Vec<MediaId> = files.iter().filter_map(|(id, _)| *id).collect();
            let states: HashMap<MediaId, MediaState> = query::states(pool, &ids).await?.into_iter().collect();
            let belongs = |id: &Option<MediaId>| match id.and_then(|id| states.get(&id)) {
                Some(MediaState::Uploading | MediaState::Processing) => true,
                Some(MediaState::Ready) => folder == PUBLIC,
                // They are about to be swept.
                Some(MediaState::Removed) => true,
                Some(MediaState::Unknown | MediaState::Refused | MediaState::Swept) | None => false,
            };
            strays.extend(files.into_iter().filter(|(id, _)| !belongs(id)).map(|(_, key)| key));
        }
    }
    Ok(strays)
}

/// What of ready photos should be there and is not.
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
            missing.extend(wanted.filter(|key| !there.iter().any(|file| file.key == *key)));
        }
        after = page.next;
        if after.is_none() {
            return Ok(missing);
        }
    }
}

/// `uploads/<id>` and `media/<id>/<variant>.webp`.
fn id_in(key: &str) -> Option<MediaId> {
    key.split('/').nth(1)?.parse::<Uuid>().ok().map(MediaId)
}
