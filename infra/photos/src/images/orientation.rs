//! The orientation of a photo. Cameras store pixels as the sensor lies and note how the camera was held. That
//! note is dropped with all other metadata, so the pixels are turned.

use super::raster::Raster;

/// The turns that stored pixels need: mirrored along a diagonal first, then left to right, then upside down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Orientation {
    transposed: bool,
    mirrored: bool,
    flipped: bool,
}

const TAG: u16 = 0x0112;
const SHORT: u16 = 3;
const ENTRY_BYTES: usize = 12;

impl Orientation {
    /// Reads the orientation tag from Exif data. With data that are odd in any way the pixels stay as they
    /// are.
    pub(super) fn from_exif(exif: &[u8]) -> Self {
        // Some writers of WebP and PNG put JPEG's prefix before the TIFF.
        let tiff = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
        tag(tiff).map(Self::from_tag).unwrap_or_default()
    }

    const fn from_tag(tag: u16) -> Self {
        let (transposed, mirrored, flipped) = match tag {
            2 => (false, true, false),
            3 => (false, true, true),
            4 => (false, false, true),
            5 => (true, false, false),
            6 => (true, true, false),
            7 => (true, true, true),
            8 => (true, false, true),
            _ => (false, false, false),
        };
        Self { transposed, mirrored, flipped }
    }

    /// The size after turning. As turning back swaps the sides as well, this gives the stored size of a seen
    /// one, too.
    pub(super) const fn seen_size(self, width: u32, height: u32) -> (u32, u32) {
        if self.transposed { (height, width) } else { (width, height) }
    }

    /// Turns the pixels.
    pub(super) fn apply(self, stored: Raster) -> Raster {
        if self == Self::default() {
            return stored;
        }
        let (width, height) = self.seen_size(stored.width, stored.height);
        let pixels = stored.pixels();
        let mut rgba = Vec::with_capacity(stored.rgba.len());
        for y in 0..height {
            for x in 0..width {
                let x = if self.mirrored { width - 1 - x } else { x };
                let y = if self.flipped { height - 1 - y } else { y };
                let (x, y) = if self.transposed { (y, x) } else { (x, y) };
                rgba.extend(pixels[y as usize * stored.width as usize + x as usize]);
            }
        }
        stored.with_pixels((width, height), rgba)
    }
}

/// The value of the orientation tag in the first directory of a TIFF.
fn tag(tiff: &[u8]) -> Option<u16> {
    let big_endian = match tiff.get(..4)? {
        [b'I', b'I', 42, 0] => false,
        [b'M', b'M', 0, 42] => true,
        _ => return None,
    };
    let u16_at = |at: usize| {
        let bytes = *tiff.get(at..)?.first_chunk()?;
        Some(if big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    };
    let directory = *tiff.get(4..)?.first_chunk()?;
    let directory = if big_endian { u32::from_be_bytes(directory) } else { u32::from_le_bytes(directory) };
    let directory = usize::try_from(directory).ok()?;
    let first_entry = directory.checked_add(2)?;
    let mut entries = (0..usize::from(u16_at(directory)?)).map(|n| first_entry + n * ENTRY_BYTES);
    let entry = entries.find(|&at| u16_at(at) == Some(TAG) && u16_at(at + 2) == Some(SHORT))?;
    u16_at(entry + 8)
}
