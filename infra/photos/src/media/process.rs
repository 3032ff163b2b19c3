//! From an upload to a photo, or to a refusal that says why.

use super::{AT_ONCE, MAX_BYTES, Resting, WorkError, Worker, folder_of, limits, upload_key, variant_key};
use crate::images::{self, Unusable};
use domain::media::{Media, MediaCommand, MediaState, Processed, RefuseReason, Variant};
use domain::value::MediaId;
use hyper::body::Bytes;
use projections::media::query;
use service::polite;

impl Worker {
    /// One after the other: each takes a core, and up to a few hundred megabytes.
    pub(super) async fn look_at_uploads(&self, resting: &mut Resting) {
        let waiting = match query::to_process(&self.pool, AT_ONCE).await {
            Ok(waiting) => waiting,
            Err(failure) => return tracing::warn!(%failure, "uploads can't be read"),
        };
        for media in waiting {
            if resting.contains_key(&media.id) {
                continue;
            }
            if let Err(failure) = self.look_at(media.id).await {
                Self::rest(resting, media.id, &failure);
            }
        }
    }

    async fn look_at(&self, id: MediaId) -> Result<(), WorkError> {
        let mut tx = self.pool.begin().await?;
        let (is_ours,): (bool,) = sqlx::query_as("select pg_try_advisory_xact_lock(hashtextextended($1, 0))")
            .bind(upload_key(id))
            .fetch_one(&mut *tx)
            .await?;
        // The projection may not show yet that another worker has done it.
        if !is_ours || self.executor.load::<Media>(id.0).await?.state.state != MediaState::Processing {
            return Ok(());
        }
        let command = match self.storage.get(&upload_key(id), MAX_BYTES).await? {
            Some(bytes) => {
                let looked_at = polite::run("photo", move || images::process(&bytes, &limits())).await?;
                match looked_at {
                    Ok(made) => MediaCommand::Process { processed: self.keep(id, made).await? },
                    Err(unusable) => MediaCommand::Refuse { reason: reason(&unusable) },
                }
            }
            None if self.storage.size(&upload_key(id)).await?.is_some() => {
                MediaCommand::Refuse { reason: RefuseReason::TooLarge }
            }
            // Taken away since.
            None => MediaCommand::Refuse { reason: RefuseReason::Damaged },
        };
        let state = self.tell(id, command).await?;
        if state != Some(MediaState::Ready) {
            // Removed meanwhile, perhaps even swept.
            self.storage.delete_folder(&folder_of(id)).await?;
        }
        self.storage.delete(&upload_key(id)).await?;
        Ok(())
    }

    /// Puts what was made of it where readers find it.
    async fn keep(&self, id: MediaId, made: images::Processed) -> Result<Processed, WorkError> {
        let mut variants = Vec::with_capacity(made.variants.len());
        for variant in made.variants {
            let name = variant.name.as_str();
            variants.push(Variant {
                name: name.to_owned(),
                width: variant.width,
                height: variant.height,
                byte_size: variant.webp.len() as u64,
            });
            self.storage
                .put_for_ever(&variant_key(id, name), "image/webp", Bytes::from_owner(variant.webp))
                .await?;
        }
        Ok(Processed {
            format: made.format.as_str().to_owned(),
            width: made.width,
            height: made.height,
            blurhash: made.blurhash,
            colour: made.dominant_color,
            variants,
        })
    }
}

fn reason(unusable: &Unusable) -> RefuseReason {
    match unusable {
        Unusable::UnsupportedFormat { .. } => RefuseReason::UnsupportedFormat,
        Unusable::TooManyPixels { .. } => RefuseReason::TooManyPixels,
        Unusable::TooLarge { .. } => RefuseReason::TooLarge,
        Unusable::TooComplex => RefuseReason::TooComplex,
        Unusable::Damaged => RefuseReason::Damaged,
    }
}
