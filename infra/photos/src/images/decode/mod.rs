//! Decoders from a file to pixels as the file stores them, one module a format. Each reads the header, checks
//! its claims by the limits, and only then decodes.

mod gif;
mod jpeg;
mod png;
mod webp;

use super::{Format, Limits, Picture, Unusable};

/// The largest size of ancillary data, in bytes. No picture needs more: a profile has a few KiB, or some
/// hundreds where it describes a printer.
const PROFILE_BYTES_MAX: usize = 4 * 1024 * 1024;

pub(super) fn decode(format: Format, bytes: &[u8], limits: &Limits) -> Result<Picture, Unusable> {
    match format {
        Format::Jpeg => jpeg::decode(bytes, limits),
        Format::Png => png::decode(bytes, limits),
        Format::WebP => webp::decode(bytes, limits),
        Format::Gif => gif::decode(bytes, limits),
    }
}
