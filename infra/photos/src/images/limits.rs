//! Limits of one picture: the file's size, and the memory that decoding may take. The uploader chooses what
//! the header claims, so all limits are checked before a pixel is decoded.

use super::Unusable;

/// Bounds on one picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest size of the file, in bytes.
    pub size_bytes: usize,
    /// The largest number of pixels: width times height.
    pub pixels: u64,
    /// The largest width, and the largest height, in pixels.
    pub side_pixels: u32,
    /// The memory that the decoder may hold at once, decoded pixels included. Each picture that is processed
    /// at the same time can take as much; the rest of the work adds some tens of MiB.
    pub decoding_bytes: u64,
}

impl Default for Limits {
    /// Limits that the photos of telephones and cameras keep to, save for sensors of 60 megapixels and more. "50
    /// megapixels" are up to 51 million pixels. The memory is enough for that many pixels of a JPEG in colours, which
    /// takes 10 bytes for each at most.
    fn default() -> Self {
        Self {
            size_bytes: 20_000_000,
            pixels: 53_000_000,
            side_pixels: 16_384,
            decoding_bytes: 512 * 1024 * 1024,
        }
    }
}

impl Limits {
    pub(super) fn check_size(&self, bytes: &[u8]) -> Result<(), Unusable> {
        if bytes.len() > self.size_bytes {
            return Err(Unusable::TooLarge { size_bytes: bytes.len(), max_bytes: self.size_bytes });
        }
        Ok(())
    }

    /// Checks the size that a header claims. `bytes_per_pixel` is the most that the decoder holds for each
    /// pixel.
    pub(super) fn check_pixels(&self, width: u32, height: u32, bytes_per_pixel: u64) -> Result<(), Unusable> {
        if width == 0 || height == 0 {
            return Err(Unusable::Damaged);
        }
        let pixels = u64::from(width) * u64::from(height);
        if pixels > self.pixels || width.max(height) > self.side_pixels {
            return Err(Unusable::TooManyPixels {
                width,
                height,
                max_pixels: self.pixels,
                max_side: self.side_pixels,
            });
        }
        if pixels * bytes_per_pixel > self.decoding_bytes {
            return Err(Unusable::TooComplex);
        }
        Ok(())
    }
}
