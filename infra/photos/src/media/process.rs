//! The processing of an upload: it becomes a photo, or a refusal that names the reason.

use super::{MAX_BYTES, Photos, WorkError, folder_of, limits, upload_key, variant_key};
use crate::images::{self, Unusable};
use domain::media::{Media, MediaCommand, MediaState, Processed, RefuseReason, Variant};
use domain::value::MediaId;
use hyper::body::Bytes;
use service::polite;

/// The stage of an upload after a look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LookedAt {
    /// The upload is a photo, is refused, or is gone.
    Settled,
    /// This process does not know yet that the upload is there.
    Unheard,
    /// Another process is at work on the upload.
    Elsewhere,
}

impl Photos {
    /// Processes an upload. This takes a core, and up to a few hundred megabytes.
    pub(super) async fn look_at(&self, id: MediaId) -> Result<LookedAt, WorkError> {
        let mut tx = self.pool.begin().await?;
        let (is_ours,): (bool,) = sqlx::query_as("select pg_try_advisory_xact_lock(hashtextextended($1, 0))")
            .bind(upload_key(id))
            .fetch_one(&mut *tx)
            .await?;
        if !is_ours {
            return Ok(LookedAt::Elsewhere);
        }
        match self.executor.load::<Media>(id.0).await?.state.state {
            MediaState::Processing => {}
            MediaState::Unknown | MediaState::Uploading => return Ok(LookedAt::Unheard),
            MediaState::Ready | MediaState::Refused | MediaState::Removed | MediaState::Swept => {
                return Ok(LookedAt::Settled);
            }
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
            // The file was deleted meanwhile.
            None => MediaCommand::Refuse { reason: RefuseReason::Damaged },
        };
        let state = self.tell(id, command).await?;
        if state != Some(MediaState::Ready) {
            // The photo was removed meanwhile, perhaps even swept.
            self.storage.delete_folder(&folder_of(id)).await?;
        }
        self.storage.delete(&upload_key(id)).await?;
        Ok(LookedAt::Settled)
    }

    /// Puts the variants made of an upload where readers find them.
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
