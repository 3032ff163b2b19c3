//! Tests of the promises about any file that somebody uploads.

mod pixels;
mod refusals;
mod sizes;

use super::{Limits, Processed, Unusable, VariantName, corpus, process};
use corpus::{JpegParts, PngParts};
use image_webp::WebPDecoder;
use std::io::Cursor;

fn processed(file: &[u8]) -> Processed {
    process(file, &Limits::default()).expect("it is a sound picture")
}

fn refused(file: &[u8]) -> Unusable {
    process(file, &Limits::default()).expect_err("it is not to be used")
}

/// The pixels of a variant as a browser sees them.
struct Seen {
    width: u32,
    height: u32,
    has_alpha: bool,
    pixels: Vec<u8>,
}

impl Seen {
    fn of(processed: &Processed, name: VariantName) -> Self {
        let variant = processed.variants.iter().find(|variant| variant.name == name).expect("there is each");
        let mut decoder = WebPDecoder::new(Cursor::new(&*variant.webp)).expect("a WebP");
        let (width, height) = decoder.dimensions();
        assert_eq!((width, height), (variant.width, variant.height));
        let mut pixels = vec![0; decoder.output_buffer_size().expect("small")];
        decoder.read_image(&mut pixels).expect("a sound WebP");
        Self { width, height, has_alpha: decoder.has_alpha(), pixels }
    }

    fn at(&self, x: u32, y: u32) -> &[u8] {
        let channels = if self.has_alpha { 4 } else { 3 };
        let start = (y * self.width + x) as usize * channels;
        &self.pixels[start..start + channels]
    }

    /// The middles of the picture's four quarters, in the order of [`corpus::CORNERS`].
    fn quarters(&self) -> [&[u8]; 4] {
        let (left, right) = (self.width / 4, self.width * 3 / 4);
        let (top, bottom) = (self.height / 4, self.height * 3 / 4);
        [self.at(left, top), self.at(right, top), self.at(left, bottom), self.at(right, bottom)]
    }
}

#[track_caller]
fn assert_like(seen: &[u8], expected: &[u8], tolerance: u8) {
    let like = seen.iter().zip(expected).all(|(seen, expected)| seen.abs_diff(*expected) <= tolerance);
    assert!(like && seen.len() >= expected.len(), "{seen:?} is not like {expected:?}");
}
