//! The reasons why a file cannot be used. The texts are for its uploader and say what to do.

use super::Seen;

/// The reason why a file is refused. Refusals are expected of uploads, and no failure of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// The file is no JPEG, PNG, WebP or GIF.
    #[error("This file is {seen}. Save it as JPEG, PNG, WebP or GIF and upload that.")]
    UnsupportedFormat {
        /// The kind that the file seems to be.
        seen: Seen,
    },
    /// The file is too large, whatever its content.
    #[error(
        "This file has {size_bytes} bytes, and {max_bytes} are allowed. Make the picture smaller, or save it as JPEG."
    )]
    TooLarge {
        /// The file's size in bytes.
        size_bytes: usize,
        /// The largest size allowed, in bytes.
        max_bytes: usize,
    },
    /// The picture is too wide, too high, or both together.
    #[error(
        "This picture is {width} by {height} pixels. Scale it down to at most {max_pixels} pixels, and {max_side} on a side."
    )]
    TooManyPixels {
        /// The width that the file claims.
        width: u32,
        /// The height that the file claims.
        height: u32,
        /// The most that width times height may be.
        max_pixels: u64,
        /// The most that each of width and height may be.
        max_side: u32,
    },
    /// The picture's pixels are few enough, but the way in which they are stored takes too much memory to
    /// open.
    #[error("This picture takes too much memory to open. Scale it down, or save it as an ordinary JPEG.")]
    TooComplex,
    /// The file begins like a picture, and cannot be decoded.
    #[error("This picture is damaged or incomplete. Open it, save it anew and upload that.")]
    Damaged,
}

impl Unusable {
    /// The code on the wire, which never changes.
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
