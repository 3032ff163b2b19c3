//! Why a media does not come to be, or does not stay.

use crate::value::UserId;

/// What is wrong with the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefuseReason {
    /// Nothing that we read.
    UnsupportedFormat,
    /// Too wide, too high or both.
    TooManyPixels,
    /// It says to be a photo and can't be read as one.
    Damaged,
    /// More bytes than are taken.
    TooLarge,
    /// It would take more work to read than any photo does.
    TooComplex,
}

impl RefuseReason {
    /// As events hold it.
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

/// Who or what takes it away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoveReason {
    /// Its owner wants it.
    ByOwner {
        /// Who says so.
        by: UserId,
    },
    /// Its upload was begun and never completed.
    Abandoned,
    /// It is there, and nothing ever came to show it.
    Unused,
    /// What showed it does so no longer.
    NoLongerShown,
    /// Its owner is forgotten.
    Erased,
}

impl RemoveReason {
    /// As events hold it.
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
