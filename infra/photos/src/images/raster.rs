//! Pixels in memory, and their scaling. There is one kind of pixels, RGBA of 8 bits a channel: one kind more
//! would save a quarter of the memory here and there, and cost every build of ours the better part of a
//! minute.

use fast_image_resize::{
    FilterType, ResizeAlg, ResizeOptions, Resizer,
    images::{TypedImage, TypedImageRef},
    pixels::U8x4,
};

/// The number of bytes of a pixel.
pub(super) const CHANNELS: usize = 4;

/// A picture's pixels, row by row, without gaps. Neither side is zero.
#[derive(Clone, Debug)]
pub(super) struct Raster {
    pub(super) width: u32,
    pub(super) height: u32,
    /// The pixels' channels: red, green, blue, alpha. The colours are not multiplied by alpha.
    pub(super) rgba: Vec<u8>,
    /// True if all pixels are opaque, as in most pictures: scaling takes half the work then.
    opaque: bool,
}

/// The part of a picture that is scaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Whole,
    /// The largest square in the middle.
    Square,
}

impl Raster {
    pub(super) fn new(width: u32, height: u32, rgba: Vec<u8>) -> Self {
        let opaque = rgba.as_chunks().0.iter().all(|&[_, _, _, alpha]| alpha == u8::MAX);
        Self { width, height, rgba, opaque }
    }

    /// Makes a raster from pixels of red, green and blue.
    pub(super) fn of_rgb(width: u32, height: u32, rgb: &[u8]) -> Self {
        let mut rgba = Vec::with_capacity(rgb.len() / 3 * CHANNELS);
        rgba.extend(rgb.as_chunks().0.iter().flat_map(|&[red, green, blue]| [red, green, blue, u8::MAX]));
        Self { width, height, rgba, opaque: true }
    }

    /// Makes a raster from pixels of grey and alpha.
    pub(super) fn of_gray_alpha(width: u32, height: u32, gray_alpha: &[u8]) -> Self {
        let mut rgba = Vec::with_capacity(gray_alpha.len() / 2 * CHANNELS);
        rgba.extend(gray_alpha.as_chunks().0.iter().flat_map(|&[gray, alpha]| [gray, gray, gray, alpha]));
        Self::new(width, height, rgba)
    }

    /// The same picture with other pixels and size, and as opaque.
    pub(super) fn with_pixels(&self, (width, height): (u32, u32), rgba: Vec<u8>) -> Self {
        Self { width, height, rgba, opaque: self.opaque }
    }

    pub(super) fn pixels(&self) -> &[[u8; CHANNELS]] {
        self.rgba.as_chunks().0
    }

    pub(super) fn short_side(&self) -> u32 {
        self.width.min(self.height)
    }

    /// A part of the picture at another size. Transparent pixels do not bleed their colour into others.
    pub(super) fn scaled(&self, part: Part, width: u32, height: u32) -> Self {
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
            .use_alpha(!self.opaque);
        let options = match part {
            Part::Whole => options,
            Part::Square => {
                let side = f64::from(self.short_side());
                let left = (f64::from(self.width) - side) / 2.0;
                let top = (f64::from(self.height) - side) / 2.0;
                options.crop(left, top, side, side)
            }
        };
        let mut rgba = vec![0; width as usize * height as usize * CHANNELS];
        let source = TypedImageRef::<U8x4>::from_buffer(self.width, self.height, &self.rgba)
            .expect("a raster has as many bytes as its size says");
        let mut target = TypedImage::<U8x4>::from_buffer(width, height, &mut rgba)
            .expect("there are as many bytes as the size says");
        Resizer::new().resize_typed(&source, &mut target, &options).expect("the part is within the picture");
        self.with_pixels((width, height), rgba)
    }
}
