//! The format of a file, by its content: a file's name is whatever somebody typed.

use super::Unusable;
use std::fmt;

/// A format that can be uploaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JPEG, baseline or progressive; grey, RGB, YCbCr, CMYK or YCCK.
    Jpeg,
    /// PNG of any kind, of which 8 bits a channel are kept; of an APNG the still picture.
    Png,
    /// WebP, lossy or lossless; of an animation the first frame.
    WebP,
    /// GIF, of which the first frame is taken.
    Gif,
}

impl Format {
    /// The format by the file's first bytes.
    pub(super) fn of(bytes: &[u8]) -> Result<Self, Unusable> {
        match bytes {
            [0xFF, 0xD8, 0xFF, ..] => Ok(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Ok(Self::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Ok(Self::WebP),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Ok(Self::Gif),
            _ => Err(Unusable::UnsupportedFormat { seen: Seen::in_(bytes) }),
        }
    }

    /// The format's name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Gif => "gif",
        }
    }
}

/// The kind that an unsupported file seems to be, so that its uploader knows what to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// An empty file.
    Nothing,
    /// A HEIC or HEIF picture, as iPhones store photos.
    Heic,
    /// An AVIF picture.
    Avif,
    /// A video or sound of the MP4 family.
    Video,
    /// An SVG drawing.
    Svg,
    /// A BMP picture.
    Bmp,
    /// A TIFF picture, or a camera's raw format that is one.
    Tiff,
    /// A PDF document.
    Pdf,
    /// Text of some kind.
    Text,
    /// A JPEG of a kind that hardly any program reads, as lossless or 12-bit.
    RareJpeg,
    /// A file of an unknown kind.
    Unknown,
}

impl Seen {
    fn in_(bytes: &[u8]) -> Self {
        match bytes {
            [] => Self::Nothing,
            [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => match brand.get(..4) {
                Some(b"avif" | b"avis") => Self::Avif,
                Some(b"heic" | b"heix" | b"hevc" | b"heim" | b"heis" | b"mif1" | b"msf1") => Self::Heic,
                Some(_) | None => Self::Video,
            },
            [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => Self::Bmp,
            [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => Self::Tiff,
            [b'%', b'P', b'D', b'F', ..] => Self::Pdf,
            _ => Self::in_text(&bytes[..bytes.len().min(512)]),
        }
    }

    fn in_text(head: &[u8]) -> Self {
        // The head of the file may end within a letter.
        let is_text = !head.contains(&0)
            && std::str::from_utf8(head).map_or_else(|error| error.error_len().is_none(), |_| true);
        if !is_text {
            Self::Unknown
        } else if head.windows(4).any(|window| window.eq_ignore_ascii_case(b"<svg")) {
            Self::Svg
        } else {
            Self::Text
        }
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Nothing => "an empty file",
            Self::Heic => "a HEIC picture",
            Self::Avif => "an AVIF picture",
            Self::Video => "a video",
            Self::Svg => "an SVG drawing",
            Self::Bmp => "a BMP picture",
            Self::Tiff => "a TIFF picture",
            Self::Pdf => "a PDF document",
            Self::Text => "text",
            Self::RareJpeg => "a JPEG of a rare kind",
            Self::Unknown => "of an unknown kind",
        })
    }
}
