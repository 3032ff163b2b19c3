//! Reasons why a media is refused or removed.

use crate::value::UserId;

/// A fault of the bytes, for which a media is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefuseReason {
    /// The bytes have no format that we read.
    UnsupportedFormat,
    /// The photo is too wide, too high or both.
    TooManyPixels,
    /// The bytes claim to be a photo and can't be read as one.
    Damaged,
    /// The bytes are more than are taken.
    TooLarge,
    /// The photo would take more work to read than any photo does.
    TooComplex,
}

impl RefuseReason {
    /// Returns the reason's name as events hold it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::UnsupportedFormat => "unsupported_format",
            Self::TooManyPixels => "too_many_pixels",
            Self::Damaged => "damaged",
            Self::TooLarge => "too_large",
            Self::TooComplex => "too_complex",
        }
    }
}

/// A reason for which a media is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoveReason {
    /// The owner wants the removal.
    ByOwner {
        /// The user who wants the removal.
        by: UserId,
    },
    /// The upload was begun and never completed.
    Abandoned,
    /// The media is there, and no post or profile ever came to show it.
    Unused,
    /// The post or profile that showed the media does so no longer.
    NoLongerShown,
    /// The owner is forgotten.
    Erased,
}

impl RemoveReason {
    /// Returns the reason's name as events hold it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ByOwner { .. } => "by_owner",
            Self::Abandoned => "abandoned",
            Self::Unused => "unused",
            Self::NoLongerShown => "no_longer_shown",
            Self::Erased => "erased",
        }
    }
}
