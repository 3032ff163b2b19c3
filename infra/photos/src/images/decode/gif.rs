//! GIF: the first frame, at its position on the canvas. The rest of the canvas is transparent, whatever
//! background the file names, as in browsers.

use super::super::{
    Limits, Picture, Unusable,
    orientation::Orientation,
    raster::{CHANNELS, Raster},
};
use ::gif::{ColorOutput, DecodeOptions, DecodingError, MemoryLimit};
use std::num::NonZeroU64;

/// The bytes that the decoder holds for a pixel: one pixel of the frame, and one of the canvas.
const BYTES_PER_PIXEL: u64 = 2 * CHANNELS as u64;

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, Unusable> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::RGBA);
    // The limit bounds the decoder's other memory; the frame's size is checked below.
    options.set_memory_limit(
        NonZeroU64::new(limits.decoding_bytes).map_or(MemoryLimit::Unlimited, MemoryLimit::Bytes),
    );
    let mut decoder = options.read_info(bytes).map_err(refusal)?;
    let (width, height) = (decoder.width(), decoder.height());
    limits.check_pixels(width.into(), height.into(), BYTES_PER_PIXEL)?;
    let frame = decoder.next_frame_info().map_err(refusal)?.ok_or(Unusable::Damaged)?;
    limits.check_pixels(frame.width.into(), frame.height.into(), BYTES_PER_PIXEL)?;
    let covers_canvas = (frame.left, frame.top, frame.width, frame.height) == (0, 0, width, height);
    let (left, top, frame_width) =
        (usize::from(frame.left), usize::from(frame.top), usize::from(frame.width));

    let mut pixels = vec![0; decoder.buffer_size()];
    decoder.read_into_buffer(&mut pixels).map_err(refusal)?;
    if !covers_canvas {
        let (canvas_width, canvas_height) = (usize::from(width), usize::from(height));
        pixels = placed(&pixels, frame_width * CHANNELS, left, top, canvas_width, canvas_height);
    }
    Ok(Picture {
        raster: Raster::new(width.into(), height.into(), pixels),
        orientation: Orientation::default(),
        profile: None,
    })
}

/// A frame on an empty canvas; the parts beyond the canvas are cut off.
fn placed(frame: &[u8], row_bytes: usize, left: usize, top: usize, width: usize, height: usize) -> Vec<u8> {
    let mut canvas = vec![0; width * height * CHANNELS];
    let visible = row_bytes.min(width.saturating_sub(left) * CHANNELS);
    let rows = canvas.chunks_exact_mut(width * CHANNELS).skip(top);
    for (row, frame_row) in rows.zip(frame.chunks_exact(row_bytes)) {
        if visible > 0 {
            row[left * CHANNELS..][..visible].copy_from_slice(&frame_row[..visible]);
        }
    }
    canvas
}

fn refusal(error: DecodingError) -> Unusable {
    if matches!(error, DecodingError::OutOfMemory | DecodingError::MemoryLimit) {
        Unusable::TooComplex
    } else {
        Unusable::Damaged
    }
}
