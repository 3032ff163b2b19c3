//! A media: a photo that a person uploads, on its way into storage and to readers, until nothing is left of
//! it. The bytes themselves are in storage; this aggregate has the facts about them.

mod commands;
mod decide;
mod events;
mod reasons;
#[cfg(test)]
mod tests;

pub use commands::MediaCommand;
pub use decide::MediaRefusal;
pub use events::{MediaEvent, Processed, Variant};
pub use reasons::{RefuseReason, RemoveReason};

use crate::value::{AlternativeText, MediaId, Photo, UserId};
use serde::{Deserialize, Serialize};

/// The state of a media; default when the media was never requested.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// The user who uploads the media.
    pub owner_id: UserId,
    /// The media's state: how far it has come.
    pub state: MediaState,
    /// The content type that the owner announced.
    pub content_type: String,
    /// The number of bytes that the owner announced.
    pub byte_size: u64,
    /// The outcome of processing the bytes, once they were processed.
    pub processed: Option<Processed>,
}

/// The state of a media: how far it has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaState {
    /// The media was never requested.
    #[default]
    Unknown,
    /// The upload was announced; its bytes are still to come.
    Uploading,
    /// The bytes are in storage, to be processed.
    Processing,
    /// The media can be shown.
    Ready,
    /// The bytes are no photo that we take.
    Refused,
    /// The media can't be shown any more; its bytes may still be in storage.
    Removed,
    /// The media has nothing left in storage.
    Swept,
}

impl MediaState {
    /// Returns the state's name as it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Uploading => "uploading",
            Self::Processing => "processing",
            Self::Ready => "ready",
            Self::Refused => "refused",
            Self::Removed => "removed",
            Self::Swept => "swept",
        }
    }
}

impl Media {
    /// The greatest number of bytes that any service takes; each service may allow less.
    pub const MAX_BYTES: u64 = 1 << 30;

    /// Checks that `person` may show the media: profiles and posts show only photos of their owner.
    ///
    /// # Errors
    /// The media is gone, someone else's, or not ready.
    pub fn must_be_showable_by(&self, person: UserId) -> Result<(), MediaRefusal> {
        self.must_be_there_and_of(person)?;
        if self.state == MediaState::Ready { Ok(()) } else { Err(MediaRefusal::NotReady) }
    }

    /// Returns the photo that `person` shows with the media.
    ///
    /// # Errors
    /// See [`Media::must_be_showable_by`].
    pub fn photo(
        &self,
        id: MediaId,
        person: UserId,
        alternative_text: Option<AlternativeText>,
    ) -> Result<Photo, MediaRefusal> {
        self.must_be_showable_by(person)?;
        let Some(Processed { width, height, blurhash, colour, .. }) = self.processed.clone() else {
            return Err(MediaRefusal::NotReady);
        };
        let alternative_text = alternative_text.map(String::from);
        Ok(Photo { media_id: id, width, height, blurhash, colour, alternative_text })
    }
}
