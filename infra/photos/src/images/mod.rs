//! The pictures that we show are made of an uploaded file, and nothing else of the file is kept: neither its
//! maker nor the place where it was taken gets through.
//!
//! A file is a stranger's program for a decoder. So the file's size is bounded, then the size that its header
//! claims, and only then is it decoded, in bounded memory; whatever a decoder does, the caller gets an
//! answer.
//!
//! Reading order: [`mod@format`] (a file's format, by its content), [`limits`], [`unusable`] (why a file is
//! refused), [`decode`] (to pixels as stored), [`orientation`], [`color`] (to sRGB), [`raster`] (pixels, and
//! how they are scaled), [`variants`] (which pictures are made), [`summary`] (the blur and colour shown until
//! a picture has loaded).
//!
//! **Invariants.** Pixels are all that goes from a decoder to an encoder. No library decides by a file's name.

mod color;
mod decode;
mod format;
mod limits;
mod orientation;
mod raster;
mod summary;
mod unusable;
mod variants;

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod tests;

pub use format::{Format, Seen};
pub use limits::Limits;
pub use unusable::Unusable;
pub use variants::{Variant, VariantName};

use raster::Raster;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The pictures and values that are shown of an uploaded picture.
#[derive(Clone, Debug)]
pub struct Processed {
    /// The format of the file that was uploaded.
    pub format: Format,
    /// The uploaded picture's width as it is looked at, in pixels.
    pub width: u32,
    /// The uploaded picture's height as it is looked at, in pixels.
    pub height: u32,
    /// A blur of 4 by 3 components to show until a picture has loaded (<https://blurha.sh>).
    pub blurhash: String,
    /// The colour that most of the picture has, as `#rrggbb`.
    pub dominant_color: String,
    /// A variant for each [`VariantName`], in the order of [`VariantName::ALL`].
    pub variants: Vec<Variant>,
}

/// Makes all that is shown of a picture. This takes a core for a second or so, so it must not be called where
/// other tasks wait. Of an animation the first frame is taken.
///
/// # Errors
/// The reason why this file cannot be used, in words for its uploader.
pub fn process(bytes: &[u8], limits: &Limits) -> Result<Processed, Unusable> {
    // The decoders are Rust, and a file that they did not expect ends in a panic now and then. A decoder that
    // panics leaves nothing behind that other code could see.
    catch_unwind(AssertUnwindSafe(|| make(bytes, limits))).unwrap_or(Err(Unusable::Damaged))
}

fn make(bytes: &[u8], limits: &Limits) -> Result<Processed, Unusable> {
    limits.check_size(bytes)?;
    let format = Format::of(bytes)?;
    let picture = decode::decode(format, bytes, limits)?;
    let (width, height) = picture.seen_size();
    let views = variants::views(picture);
    let summary = summary::of(&views.smallest);
    Ok(Processed {
        format,
        width,
        height,
        blurhash: summary.blurhash,
        dominant_color: summary.dominant_color,
        variants: views.variants,
    })
}

/// A decoded picture: the pixels as the file stores them, and how they are to be seen.
struct Picture {
    raster: Raster,
    orientation: orientation::Orientation,
    /// The ICC profile that the pixels' colours are in; without one they are sRGB.
    profile: Option<Vec<u8>>,
}

impl Picture {
    /// Width and height as the picture is looked at.
    fn seen_size(&self) -> (u32, u32) {
        self.orientation.seen_size(self.raster.width, self.raster.height)
    }
}
