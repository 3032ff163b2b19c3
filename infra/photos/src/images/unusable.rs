//! Why a file cannot be used. The texts are for whoever uploaded it and say what to do.

use super::Seen;

/// A file that is refused. That is expected of uploads, and no failure of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It is no JPEG, PNG, WebP or GIF.
    #[error("This file is {seen}. Save it as JPEG, PNG, WebP or GIF and upload that.")]
    UnsupportedFormat {
        /// What it looks like.
        seen: Seen,
    },
    /// The file is too large, whatever is in it.
    #[error(
        "This file has {size_bytes} bytes, and {max_bytes} are allowed. Make the picture smaller, or save it as JPEG."
    )]
    TooLarge {
        /// The file's size.
        size_bytes: usize,
        /// The largest allowed.
        max_bytes: usize,
    },
    /// The picture is too wide, too high, or both together.
    #[error(
        "This picture is {width} by {height} pixels. Scale it down to at most {max_pixels} pixels, and {max_side} on a side."
    )]
    TooManyPixels {
        /// As the file says.
        width: u32,
        /// As the file says.
        height: u32,
        /// The most that width times height may be.
        max_pixels: u64,
        /// The most that each may be.
        max_side: u32,
    },
    /// Its pixels are few enough, but the way in which they are stored takes too much memory to open.
    #[error("This picture takes too much memory to open. Scale it down, or save it as an ordinary JPEG.")]
    TooComplex,
    /// It begins like a picture, and cannot be decoded.
    #[error("This picture is damaged or incomplete. Open it, save it anew and upload that.")]
    Damaged,
}

impl Unusable {
    /// The code on the wire. It never changes.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnsupportedFormat { .. } => "unsupported_format",
            Self::TooLarge { .. } => "too_large",
            Self::TooManyPixels { .. } => "too_many_pixels",
            Self::TooComplex => "too_complex",
            Self::Damaged => "damaged",
        }
    }
}
