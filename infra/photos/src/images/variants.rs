//! The variants: pictures made of an uploaded one. Each is scaled from the next larger, which costs little;
//! only the largest is scaled from the uploaded picture, and only the largest is brought into sRGB and
//! turned.

use super::{
    Picture, color,
    raster::{Part, Raster},
};
use std::sync::Arc;

/// A picture made of an uploaded one.
#[derive(Clone, Debug)]
pub struct Variant {
    /// The variant's name.
    pub name: VariantName,
    /// The width in pixels, less than the name says where the uploaded picture is smaller: no picture is
    /// enlarged.
    pub width: u32,
    /// The height in pixels.
    pub height: u32,
    /// The file, a WebP. Variants of one size share one file.
    pub webp: Arc<[u8]>,
}

/// The pictures that are made of each uploaded one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VariantName {
    /// The square in the middle, 320 by 320 pixels.
    Square320,
    /// The whole picture, 320 pixels wide.
    Width320,
    /// The whole picture, 640 pixels wide.
    Width640,
    /// The whole picture, 1280 pixels wide.
    Width1280,
}

impl VariantName {
    /// All names of variants.
    pub const ALL: [Self; 4] = [Self::Square320, Self::Width320, Self::Width640, Self::Width1280];

    /// The variant's name on the wire and in storage.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Square320 => "square",
            Self::Width320 => "w320",
            Self::Width640 => "w640",
            Self::Width1280 => "w1280",
        }
    }
}

const QUALITY: f32 = 80.0;
const SQUARE_SIDE: u32 = 320;
/// A WebP's width and height have 14 bits.
const WEBP_SIDE_MAX: u32 = 16_383;

pub(super) struct Views {
    /// The variants, in the order of [`VariantName::ALL`].
    pub(super) variants: Vec<Variant>,
    /// The smallest raster that shows the whole picture.
    pub(super) smallest: Raster,
}

/// Makes all variants of a picture.
pub(super) fn views(picture: Picture) -> Views {
    let (width, height) = picture.seen_size();
    let square_side = SQUARE_SIDE.min(width).min(height);
    let size_1280 = fitting(width, height, 1280);
    let square_of_whole = (size_1280.0.min(size_1280.1) < square_side)
        .then(|| seen(&picture, Part::Square, (square_side, square_side)));
    let width_1280 = seen_whole(picture, size_1280);
    let width_640 = smaller(&width_1280, fitting(width, height, 640));
    let width_320 = smaller(width_640.as_ref().unwrap_or(&width_1280), fitting(width, height, 320));

    let large = encode(&width_1280);
    let medium = width_640.as_ref().map_or_else(|| large.clone(), encode);
    let small = width_320.as_ref().map_or_else(|| medium.clone(), encode);
    let square = square_of_whole.unwrap_or_else(|| {
        let of_all = [width_320.as_ref(), width_640.as_ref(), Some(&width_1280)];
        let large_enough = of_all.into_iter().flatten().find(|raster| raster.short_side() >= square_side);
        large_enough.unwrap_or(&width_1280).scaled(Part::Square, square_side, square_side)
    });
    let files = [encode(&square), small, medium, large];
    let variants = VariantName::ALL.into_iter().zip(files);
    let variants = variants.map(|(name, File { width, height, webp })| Variant { name, width, height, webp });
    Views { variants: variants.collect(), smallest: width_320.or(width_640).unwrap_or(width_1280) }
}

/// The size at a width, or at the picture's own where that is less.
fn fitting(width: u32, height: u32, max_width: u32) -> (u32, u32) {
    let scale =
        (f64::from(max_width) / f64::from(width)).min(f64::from(WEBP_SIDE_MAX) / f64::from(height)).min(1.0);
    let scaled = |side: u32| ((f64::from(side) * scale).round() as u32).max(1);
    (scaled(width), scaled(height))
}

/// A part of an uploaded picture as it is looked at. The part's middle is the middle of the stored pixels.
fn seen(picture: &Picture, part: Part, (width, height): (u32, u32)) -> Raster {
    let (width, height) = picture.orientation.seen_size(width, height);
    let stored = picture.raster.scaled(part, width, height);
    picture.orientation.apply(color::to_srgb(stored, picture.profile.as_deref()))
}

/// The whole of an uploaded picture as it is looked at; the memory of the decoded pixels is given back early.
fn seen_whole(picture: Picture, size: (u32, u32)) -> Raster {
    if picture.seen_size() == size {
        return picture.orientation.apply(color::to_srgb(picture.raster, picture.profile.as_deref()));
    }
    seen(&picture, Part::Whole, size)
}

/// The picture at another size; none if it has that size already.
fn smaller(larger: &Raster, (width, height): (u32, u32)) -> Option<Raster> {
    ((width, height) != (larger.width, larger.height)).then(|| larger.scaled(Part::Whole, width, height))
}

#[derive(Clone)]
struct File {
    width: u32,
    height: u32,
    webp: Arc<[u8]>,
}

fn encode(raster: &Raster) -> File {
    let &Raster { width, height, ref rgba, .. } = raster;
    let webp = webp::Encoder::from_rgba(rgba, width, height)
        .encode_simple(false, QUALITY)
        .expect("the sides are within WebP's");
    File { width, height, webp: Arc::from(&*webp) }
}
