//! Photos that a post shows.

use super::{Invalid, MediaId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A photo as events hold it: the facts about its media come along, so that a card is read without the media.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Photo {
    /// The media's id.
    pub media_id: MediaId,
    /// The photo's width in pixels.
    pub width: u32,
    /// The photo's height in pixels.
    pub height: u32,
    /// The BlurHash, shown until the photo has loaded.
    #[schemars(extend("x-class" = "personal"))]
    pub blurhash: String,
    /// The colour, `#rrggbb`, shown until even the BlurHash is there.
    #[schemars(extend("x-class" = "personal"))]
    pub colour: String,
    /// The photo in words, for people who can't see it.
    #[schemars(extend("x-class" = "personal"))]
    pub alternative_text: Option<String>,
}

/// The photos of one post, at most 10, in the order in which they are shown, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Photos(Vec<Photo>);

impl Photos {
    /// The greatest number of photos on one post.
    pub const MAX: usize = 10;

    /// Checks the number of photos, and that no photo comes twice.
    ///
    /// # Errors
    /// More than [`Photos::MAX`], or the same media again.
    pub fn new(photos: Vec<Photo>) -> Result<Self, Invalid> {
        if photos.len() > Self::MAX {
            return Err(Invalid::TooMany { max: Self::MAX, actual: photos.len() });
        }
        let is_repeated =
            |(n, photo): (usize, &Photo)| photos[..n].iter().any(|before| before.media_id == photo.media_id);
        if photos.iter().enumerate().any(is_repeated) {
            return Err(Invalid::Repeated);
        }
        Ok(Self(photos))
    }

    /// Returns the photos as events hold them.
    #[must_use]
    pub fn as_slice(&self) -> &[Photo] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn photo(number: u128) -> Photo {
        Photo {
            media_id: MediaId(Uuid::from_u128(number)),
            width: 4,
            height: 3,
            blurhash: String::new(),
            colour: "#000000".into(),
            alternative_text: None,
        }
    }

    #[test]
    fn ten_different_photos_are_the_most() {
        assert!(Photos::new((0..10).map(photo).collect()).is_ok());
        let many = (0..11).map(photo).collect();
        assert_eq!(Photos::new(many), Err(Invalid::TooMany { max: 10, actual: 11 }));
        assert_eq!(Photos::new(vec![photo(1), photo(2), photo(1)]), Err(Invalid::Repeated));
    }
}
