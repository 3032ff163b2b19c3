//! The summary that is shown until a picture has loaded: its blurhash and dominant colour. Both are made of a
//! few hundred pixels: more would make no visible difference.

use super::raster::{Part, Raster};

const SIDE_MAX: u32 = 32;
const COMPONENTS_X: u32 = 4;
const COMPONENTS_Y: u32 = 3;
/// Number of a channel's highest bits by which colours are told apart.
const BITS: usize = 3;
const WHITE: [u8; 3] = [u8::MAX; 3];

pub(super) struct Summary {
    pub(super) blurhash: String,
    /// The dominant colour, as `#rrggbb`.
    pub(super) dominant_color: String,
}

pub(super) fn of(raster: &Raster) -> Summary {
    let (width, height) = (raster.width.min(SIDE_MAX), raster.height.min(SIDE_MAX));
    let small = raster.scaled(Part::Whole, width, height);
    let opaque: Vec<u8> = small.pixels().iter().flat_map(over_white).collect();
    let [red, green, blue] = dominant(small.pixels());
    Summary {
        blurhash: blurhash::encode(COMPONENTS_X, COMPONENTS_Y, width, height, &opaque)
            .expect("so many components are allowed, and there is a pixel"),
        dominant_color: format!("#{red:02x}{green:02x}{blue:02x}"),
    }
}

fn over_white(&[red, green, blue, alpha]: &[u8; 4]) -> [u8; 4] {
    let mixed = |channel: u8| {
        let sum = u32::from(channel) * u32::from(alpha) + 255 * u32::from(255 - alpha);
        u8::try_from(sum / 255).expect("a mean of two is no more than either")
    };
    [mixed(red), mixed(green), mixed(blue), u8::MAX]
}

/// The mean of the fullest box of like colours, in which transparent pixels count for little. White if all
/// pixels are transparent.
fn dominant(pixels: &[[u8; 4]]) -> [u8; 3] {
    let mut boxes = vec![(0_u32, [0_u32; 3]); 1 << (3 * BITS)];
    for &[red, green, blue, alpha] in pixels {
        let index = [red, green, blue]
            .iter()
            .fold(0, |index, &channel| index << BITS | usize::from(channel) >> (8 - BITS));
        let (weight, sums) = &mut boxes[index];
        *weight += u32::from(alpha);
        for (sum, channel) in sums.iter_mut().zip([red, green, blue]) {
            *sum += u32::from(channel) * u32::from(alpha);
        }
    }
    match boxes.into_iter().max_by_key(|&(weight, _)| weight) {
        Some((weight @ 1.., sums)) => {
            sums.map(|sum| u8::try_from(sum / weight).expect("a mean of channels is one"))
        }
        Some((0, _)) | None => WHITE,
    }
}
