//! What has happened to a media.

use crate::aggregate::domain_event;
use crate::value::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Stored with the media's stream; the wire form of each is fixed by its golden file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub enum MediaEvent {
    /// An upload was announced.
    MediaRequested {
        /// Who uploads.
        owner_id: UserId,
        /// What they say it is.
        #[schemars(extend("x-class" = "public"))]
        content_type: String,
        /// How much they say it is.
        byte_size: u64,
    },
    /// The bytes are in storage.
    MediaUploaded {
        /// How much is there.
        byte_size: u64,
    },
    /// It can be shown from now on.
    MediaProcessed(Processed),
    /// The bytes are no photo that we take.
    MediaRefused {
        /// Why, as a stable code.
        #[schemars(extend("x-class" = "public"))]
        reason: String,
    },
    /// It can't be shown any more.
    MediaRemoved {
        /// Why, as a stable code.
        #[schemars(extend("x-class" = "public"))]
        reason: String,
    },
    /// Nothing is left of it in storage.
    MediaSwept {},
}

/// What was made of the bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Processed {
    /// What they really are: `jpeg`, for one.
    #[schemars(extend("x-class" = "public"))]
    pub format: String,
    /// In pixels, as it is to be looked at.
    pub width: u32,
    /// In pixels, as it is to be looked at.
    pub height: u32,
    /// Shown until the photo is there.
    #[schemars(extend("x-class" = "personal"))]
    pub blurhash: String,
    /// Shown until even that is there: `#rrggbb`.
    #[schemars(extend("x-class" = "personal"))]
    pub colour: String,
    /// Smaller ones of it.
    pub variants: Vec<Variant>,
}

/// A smaller photo of the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Variant {
    /// `w320`, `w640`, `w1280` or `square`.
    #[schemars(extend("x-class" = "public"))]
    pub name: String,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// In storage.
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
