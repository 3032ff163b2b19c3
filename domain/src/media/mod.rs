//! A media: a photo that someone uploads, on its way into storage and to readers, until nothing is left of it.
//! The bytes themselves are in storage; here is what is known of them.

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

/// What is known of a media; default when it was never requested.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// Who uploads it.
    pub owner_id: UserId,
    /// How far it has come.
    pub state: MediaState,
    /// As announced.
    pub content_type: String,
    /// As announced.
    pub byte_size: u64,
    /// What was made of the bytes, once they were.
    pub processed: Option<Processed>,
}

/// How far a media has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaState {
    /// Never requested.
    #[default]
    Unknown,
    /// Announced; its bytes are still to come.
    Uploading,
    /// Its bytes are in storage, to be looked at.
    Processing,
    /// It can be shown.
    Ready,
    /// Its bytes are no photo that we take.
    Refused,
    /// It can't be shown any more; its bytes may still be in storage.
    Removed,
    /// Nothing is left of it in storage.
    Swept,
}

impl MediaState {
    /// As it is written.
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
    /// More bytes than any service takes; each may allow less.
    pub const MAX_BYTES: u64 = 1 << 30;

    /// Whether `person` may show it: what they say of themself or publish shows only photos of their own.
    ///
    /// # Errors
    /// It is gone, someone else's, or not ready.
    pub fn must_be_showable_by(&self, person: UserId) -> Result<(), MediaRefusal> {
        self.must_be_there_and_of(person)?;
        if self.state == MediaState::Ready { Ok(()) } else { Err(MediaRefusal::NotReady) }
    }

    /// The photo that `person` shows with it.
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
