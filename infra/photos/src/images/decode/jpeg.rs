//! JPEG. A file that breaks off is shown as far as it goes, as browsers do.

use super::super::{
    Limits, Picture, Seen, Unusable,
    orientation::Orientation,
    raster::{CHANNELS, Raster},
};
use zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};
use zune_jpeg::{JpegDecoder, errors::DecodeErrors};

/// The most scans of a progressive picture. Each scan goes over the whole picture, and takes a few bytes of
/// the file: without a bound a small file keeps a core busy for minutes. Encoders write about ten.
const SCANS_MAX: usize = 64;

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, Unusable> {
    // The sides are checked below, so that the answer can name them.
    let options = DecoderOptions::default()
        .set_strict_mode(false)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_max_scans(SCANS_MAX);
    let decoder_to =
        |output| JpegDecoder::new_with_options(ZCursor::new(bytes), options.jpeg_set_out_colorspace(output));
    let mut decoder = decoder_to(ColorSpace::RGBA);
    decoder.decode_headers().map_err(refusal)?;
    let info = decoder.info().ok_or(Unusable::Damaged)?;
    let (width, height) = (u32::from(info.width), u32::from(info.height));
    // A progressive picture is held as 16-bit coefficients until its last scan has been read.
    let coefficients = 2 * u64::from(info.components);
    limits.check_pixels(width, height, coefficients + CHANNELS as u64)?;

    let raster = match decoder.input_colorspace() {
        Some(ColorSpace::YCbCr | ColorSpace::Luma) => {
            Raster::new(width, height, decoder.decode().map_err(refusal)?)
        }
        // Rare colour spaces can only be turned into RGB, by a decoder that is set to RGB from its start.
        // CMYK and YCCK are among them: they are read without their profile, as most programs do.
        Some(_) | None => {
            Raster::of_rgb(width, height, &decoder_to(ColorSpace::RGB).decode().map_err(refusal)?)
        }
    };
    Ok(Picture {
        raster,
        orientation: decoder.exif().map(|exif| Orientation::from_exif(exif)).unwrap_or_default(),
        profile: decoder.icc_profile(),
    })
}

fn refusal(error: DecodeErrors) -> Unusable {
    if matches!(error, DecodeErrors::Unsupported(_)) {
        Unusable::UnsupportedFormat { seen: Seen::RareJpeg }
    } else {
        Unusable::Damaged
    }
}
