//! The conversion of colours to sRGB: our pictures name no colour space, and browsers take such pictures for
//! sRGB.
//!
//! Telephones take photos in Display P3 and say so by an ICC profile. Its colours are brought into sRGB;
//! colours that sRGB has not are clipped to the nearest that it has. A profile that cannot be read, or that
//! is of another kind than the pixels, is passed over, as browsers do.

use super::raster::Raster;
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// The picture with its colours in sRGB.
pub(super) fn to_srgb(raster: Raster, profile: Option<&[u8]>) -> Raster {
    match profile.and_then(|profile| converted(&raster, profile)) {
        Some(rgba) => raster.with_pixels((raster.width, raster.height), rgba),
        None => raster,
    }
}

fn converted(raster: &Raster, profile: &[u8]) -> Option<Vec<u8>> {
    let profile = ColorProfile::new_from_slice(profile).ok()?;
    let srgb = ColorProfile::new_srgb();
    let mut rgba = vec![0; raster.rgba.len()];
    let transform =
        |layout| profile.create_transform_8bit(layout, &srgb, Layout::Rgba, TransformOptions::default());
    if profile.color_space == DataColorSpace::Rgb {
        transform(Layout::Rgba).ok()?.transform(&raster.rgba, &mut rgba).ok()?;
    } else if profile.color_space == DataColorSpace::Gray {
        transform(Layout::GrayAlpha).ok()?.transform(&gray_alpha(raster)?, &mut rgba).ok()?;
    } else {
        return None;
    }
    Some(rgba)
}

/// Grey and alpha of each pixel; none if some pixel has a colour.
fn gray_alpha(raster: &Raster) -> Option<Vec<u8>> {
    let pixels = raster.pixels();
    let is_gray = pixels.iter().all(|&[red, green, blue, _]| red == green && green == blue);
    is_gray.then(|| pixels.iter().flat_map(|&[gray, _, _, alpha]| [gray, alpha]).collect())
}
