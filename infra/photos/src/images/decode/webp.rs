//! WebP, decoded in Rust: libwebp, which is C, only ever sees pixels of ours.

use super::{
    super::{Limits, Picture, Unusable, orientation::Orientation, raster::Raster},
    PROFILE_BYTES_MAX,
};
use image_webp::{DecodingError, WebPDecoder};
use std::io::Cursor;

/// The bytes that the decoder holds for a pixel of a still picture: its four channels and our copy of them.
const STILL_BYTES_PER_PIXEL: u64 = 8;
/// The bytes for a pixel of an animation, which has a canvas besides.
const ANIMATION_BYTES_PER_PIXEL: u64 = 12;

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, Unusable> {
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(refusal)?;
    let (width, height) = decoder.dimensions();
    let bytes_per_pixel =
        if decoder.is_animated() { ANIMATION_BYTES_PER_PIXEL } else { STILL_BYTES_PER_PIXEL };
    limits.check_pixels(width, height, bytes_per_pixel)?;
    check_frames(&bytes[RIFF_HEADER_BYTES..], (width, height), Within::File)?;

    decoder.set_memory_limit(PROFILE_BYTES_MAX);
    let profile = decoder.icc_profile().map_err(refusal)?;
    let exif = decoder.exif_metadata().map_err(refusal)?;
    let mut pixels = vec![0; decoder.output_buffer_size().ok_or(Unusable::TooComplex)?];
    decoder.read_image(&mut pixels).map_err(refusal)?;
    let raster = if decoder.has_alpha() {
        Raster::new(width, height, pixels)
    } else {
        Raster::of_rgb(width, height, &pixels)
    };
    Ok(Picture {
        raster,
        orientation: exif.as_deref().map(Orientation::from_exif).unwrap_or_default(),
        profile,
    })
}

/// The container of chunks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    File,
    Frame,
}

const RIFF_HEADER_BYTES: usize = 12;
const CHUNK_HEADER_BYTES: usize = 8;
const FRAME_HEADER_BYTES: usize = 16;

/// Checks that each lossy bitstream has the size that is claimed around it. The decoder checks a bitstream's
/// size only after having decoded it, and in animations with alpha not at all (image-webp 0.2.4, its issue
/// 182), so that a canvas of one pixel could hold a bitstream of 268 megapixels. A frame must hold no frames:
/// thousands within each other would use up the stack.
fn check_frames(mut chunks: &[u8], size: (u32, u32), within: Within) -> Result<(), Unusable> {
    while let Some((header, rest)) = chunks.split_first_chunk::<CHUNK_HEADER_BYTES>() {
        let [kind @ .., a, b, c, d] = header;
        let length = u32::from_le_bytes([*a, *b, *c, *d]) as usize;
        let content = &rest[..length.min(rest.len())];
        match kind {
            b"VP8 " if bitstream_size(content) != Some(size) => return Err(Unusable::Damaged),
            b"ANMF" if within == Within::Frame => return Err(Unusable::Damaged),
            b"ANMF" => {
                let (frame, inner) =
                    content.split_first_chunk::<FRAME_HEADER_BYTES>().ok_or(Unusable::Damaged)?;
                let side = |at: usize| u32::from_le_bytes([frame[at], frame[at + 1], frame[at + 2], 0]) + 1;
                check_frames(inner, (side(6), side(9)), Within::Frame)?;
            }
            _ => {}
        }
        chunks = rest.get(length.next_multiple_of(2)..).unwrap_or_default();
    }
    Ok(())
}

/// The size in a lossy bitstream's header: 3 bytes of frame tag, 3 of start code, then 14 bits for each side.
fn bitstream_size(content: &[u8]) -> Option<(u32, u32)> {
    let [_, _, _, 0x9D, 0x01, 0x2A, a, b, c, d, ..] = content else { return None };
    let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3FFF);
    Some((side(*a, *b), side(*c, *d)))
}

fn refusal(error: DecodingError) -> Unusable {
    if matches!(error, DecodingError::MemoryLimitExceeded) { Unusable::TooComplex } else { Unusable::Damaged }
}
