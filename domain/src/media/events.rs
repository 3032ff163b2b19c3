//! The events of a media.

use crate::aggregate::domain_event;
use crate::value::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An event of a media, stored with the media's stream; the wire form of each is fixed by its golden file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub enum MediaEvent {
    /// An upload was announced.
    MediaRequested {
        /// The user who uploads.
        owner_id: UserId,
        /// The content type that the user announced.
        #[schemars(extend("x-class" = "public"))]
        content_type: String,
        /// The number of bytes that the user announced.
        byte_size: u64,
    },
    /// The bytes are in storage.
    MediaUploaded {
        /// The number of bytes in storage.
        byte_size: u64,
    },
    /// The media can be shown from now on.
    MediaProcessed(Processed),
    /// The bytes are no photo that we take.
    MediaRefused {
        /// The reason, as a stable code.
        #[schemars(extend("x-class" = "public"))]
        reason: String,
    },
    /// The media can't be shown any more.
    MediaRemoved {
        /// The reason, as a stable code.
        #[schemars(extend("x-class" = "public"))]
        reason: String,
    },
    /// The media has nothing left in storage.
    MediaSwept {},
}

/// The outcome of processing the bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Processed {
    /// The format that the bytes really have: `jpeg`, for one.
    #[schemars(extend("x-class" = "public"))]
    pub format: String,
    /// The photo's width in pixels, as it is to be looked at.
    pub width: u32,
    /// The photo's height in pixels, as it is to be looked at.
    pub height: u32,
    /// The BlurHash, shown until the photo has loaded.
    #[schemars(extend("x-class" = "personal"))]
    pub blurhash: String,
    /// The colour, `#rrggbb`, shown until even the BlurHash is there.
    #[schemars(extend("x-class" = "personal"))]
    pub colour: String,
    /// The variants: smaller photos of the same.
    pub variants: Vec<Variant>,
}

/// A variant: a smaller photo of the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Variant {
    /// The variant's name: `w320`, `w640`, `w1280` or `square`.
    #[schemars(extend("x-class" = "public"))]
    pub name: String,
    /// The variant's width in pixels.
    pub width: u32,
    /// The variant's height in pixels.
    pub height: u32,
    /// The number of bytes in storage.
    pub byte_size: u64,
}

domain_event!(MediaEvent {
    MediaRequested => "1",
    MediaUploaded => "1",
    MediaProcessed => "1",
    MediaRefused => "1",
    MediaRemoved => "1",
    MediaSwept => "1",
});
