//! From a file to pixels as it stores them, one module a format. Each reads the header, has the limits look at
//! it, and decodes only then.

mod gif;
mod jpeg;
mod png;
mod webp;

use super::{Format, Limits, Picture, Unusable};

/// Ancillary data of more than this is nothing that a picture needs: a profile has a few KiB, or some hundreds
/// where it describes a printer.
const PROFILE_BYTES_MAX: usize = 4 * 1024 * 1024;

pub(super) fn decode(format: Format, bytes: &[u8], limits: &Limits) -> Result<Picture, Unusable> {
    match format {
        Format::Jpeg => jpeg::decode(bytes, limits),
        Format::Png => png::decode(bytes, limits),
        Format::WebP => webp::decode(bytes, limits),
        Format::Gif => gif::decode(bytes, limits),
    }
}
