//! PNG. Texts in the file are skipped without being inflated, and a profile is inflated only up to a bound.

use super::{
    super::{
        Limits, Picture, Unusable,
        orientation::Orientation,
        raster::{CHANNELS, Raster},
    },
    PROFILE_BYTES_MAX,
};
use ::png::{ColorType, Decoder, DecodingError, Limits as PngLimits, Transformations};
use std::io::Cursor;

const GRAY_ALPHA_CHANNELS: usize = 2;

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, Unusable> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), PngLimits { bytes: PROFILE_BYTES_MAX });
    decoder.set_ignore_text_chunk(true);
    // The decoder transforms row by row, so that 16 bits a channel are never in memory for the whole picture.
    decoder.set_transformations(Transformations::normalize_to_color8() | Transformations::ALPHA);
    let header = decoder.read_header_info().map_err(refusal)?;
    let (width, height) = (header.width, header.height);
    limits.check_pixels(width, height, (GRAY_ALPHA_CHANNELS + CHANNELS) as u64)?;

    let mut reader = decoder.read_info().map_err(refusal)?;
    let mut pixels = vec![0; reader.output_buffer_size().ok_or(Unusable::TooComplex)?];
    reader.next_frame(&mut pixels).map_err(refusal)?;
    let raster = match reader.output_color_type() {
        (ColorType::Rgba, _) => Raster::new(width, height, pixels),
        (ColorType::GrayscaleAlpha, _) => Raster::of_gray_alpha(width, height, &pixels),
        (ColorType::Grayscale | ColorType::Rgb | ColorType::Indexed, _) => {
            unreachable!("all is given colours and alpha")
        }
    };
    let info = reader.info();
    Ok(Picture {
        raster,
        orientation: info.exif_metadata.as_deref().map(Orientation::from_exif).unwrap_or_default(),
        profile: info.icc_profile.as_deref().map(Vec::from),
    })
}

fn refusal(error: DecodingError) -> Unusable {
    match error {
        DecodingError::LimitsExceeded => Unusable::TooComplex,
        DecodingError::IoError(_) | DecodingError::Format(_) | DecodingError::Parameter(_) => {
            Unusable::Damaged
        }
    }
}
