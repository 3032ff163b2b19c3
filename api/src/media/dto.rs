//! Photos as JSON.

use super::content_type;
use crate::edge::{FieldError, Problem};
use chrono::{DateTime, Utc};
use domain::media::{Media as State, MediaState, Processed};
use domain::value::MediaId;
use event_log::event_store::Answer;
use photos::images::VariantName;
use photos::media::{MAX_BYTES, variant_key};
use photos::s3::{Storage, UploadForm};
use projections::media;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The addresses where photos are seen. Cheap to clone.
#[derive(Clone)]
pub struct PhotoUrls(Option<Storage>);

impl PhotoUrls {
    /// Returns the addresses of photos in this storage; without a storage the addresses are empty.
    #[must_use]
    pub fn of(storage: Option<&Storage>) -> Self {
        Self(storage.cloned())
    }

    /// Returns the origin (scheme, host and port) of all photos, by which browsers tell servers apart.
    #[must_use]
    pub fn origin(&self) -> Option<String> {
        let url = self.0.as_ref()?.public_url("");
        let url = reqwest::Url::parse(&url).ok()?;
        Some(url.origin().ascii_serialization())
    }

    /// Returns the addresses of one photo.
    #[must_use]
    pub fn photo(&self, id: MediaId) -> Urls {
        let url = |variant: VariantName| match &self.0 {
            Some(storage) => storage.public_url(&variant_key(id, variant.as_str())),
            None => String::new(),
        };
        Urls {
            w320: url(VariantName::Width320),
            w640: url(VariantName::Width640),
            w1280: url(VariantName::Width1280),
            square: url(VariantName::Square320),
        }
    }
}

/// The addresses where a photo is seen, as WebP. A photo that is smaller than a width is not enlarged.
#[derive(Debug, Serialize, ToSchema)]
pub struct Urls {
    /// The photo at most 320 pixels wide.
    pub w320: String,
    /// The photo at most 640 pixels wide.
    pub w640: String,
    /// The photo at most 1,280 pixels wide.
    pub w1280: String,
    /// A square of 320 by 320 pixels at most, cut from the photo's middle.
    pub square: String,
}

/// An uploaded photo, as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Media {
    /// The photo's id, to show the photo with: `media_id` of a post's photo.
    pub id: Uuid,
    /// The photo's state: `uploading`, `processing`, `ready` or `refused`.
    #[schema(example = "ready")]
    pub state: &'static str,
    /// The reason why the photo was refused: `unsupported_format`, `too_many_pixels` (more than 53 million in all, or
    /// than 16,384 on a side), `too_large`, `too_complex` or `damaged`.
    pub refused_because: Option<String>,
    /// The content type that the upload named.
    #[schema(example = "image/jpeg")]
    pub content_type: String,
    /// The size of the uploaded file in bytes.
    pub byte_size: u64,
    /// The photo's width in pixels, the right way up; once the photo is ready.
    pub width: Option<u32>,
    /// The photo's height in pixels, the right way up; once the photo is ready.
    pub height: Option<u32>,
    /// A blurred preview to show until the photo has loaded (<https://blurha.sh>); once the photo is ready.
    pub blurhash: Option<String>,
    /// A colour to show until even the preview is drawn: `#rrggbb`; once the photo is ready.
    pub colour: Option<String>,
    /// The addresses of the photo; once the photo is ready.
    pub urls: Option<Urls>,
}

impl Media {
    /// Makes the JSON of a photo right after a command.
    #[must_use]
    pub fn answered(answer: Answer<State>, urls: &PhotoUrls) -> Self {
        let State { state, content_type, byte_size, processed, .. } = answer.state;
        Self::new(MediaId(answer.id), state, None, (content_type, byte_size), processed, urls)
    }

    /// Makes the JSON of a photo that the read model has.
    #[must_use]
    pub fn read(media: media::Media, urls: &PhotoUrls) -> Self {
        let size = u64::try_from(media.byte_size).unwrap_or(0);
        Self::new(media.id, media.state, media.reason, (media.content_type, size), media.processed, urls)
    }

    fn new(
        id: MediaId,
        state: MediaState,
        refused_because: Option<String>,
        (content_type, byte_size): (String, u64),
        processed: Option<Processed>,
        urls: &PhotoUrls,
    ) -> Self {
        let made = processed.as_ref();
        Self {
            id: id.0,
            state: state.name(),
            refused_because,
            content_type,
            byte_size,
            width: made.map(|made| made.width),
            height: made.map(|made| made.height),
            blurhash: made.map(|made| made.blurhash.clone()),
            colour: made.map(|made| made.colour.clone()),
            urls: made.map(|_| urls.photo(id)),
        }
    }
}

/// An upload straight to the storage.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnnounceUpload {
    /// The file's content type: `image/jpeg`, `image/png`, `image/webp` or `image/gif`.
    #[schema(example = "image/jpeg")]
    pub content_type: String,
    /// The size of the file in bytes; 20 MiB at most.
    pub byte_size: u64,
    /// True for a photo for a post on an anonymous board: nothing tells whose photo it is.
    #[serde(default)]
    pub anonymous: bool,
}

impl AnnounceUpload {
    /// Checks the content type and the size; returns the content type that is meant.
    ///
    /// # Errors
    /// 422 with all that is wrong.
    pub fn check(&self) -> Result<&'static str, Problem> {
        let mut errors = Vec::new();
        let meant = content_type::meant(&self.content_type);
        if meant.is_none() {
            errors.push(FieldError::at(
                "/content_type",
                "unsupported_format",
                format!("must be one of {}", content_type::all()),
            ));
        }
        if !(1..=MAX_BYTES).contains(&self.byte_size) {
            errors.push(FieldError::at(
                "/byte_size",
                "out_of_range",
                format!("must be from 1 to {MAX_BYTES}"),
            ));
        }
        meant.filter(|_| errors.is_empty()).ok_or_else(|| Problem::invalid(errors))
    }
}

/// Two ways to bring the bytes to the storage. Call POST /v1/media/{id}/complete when the bytes are there.
#[derive(Debug, Serialize, ToSchema)]
pub struct Announced {
    /// The photo to be uploaded.
    pub media: Media,
    /// An HTML form that uploads the file.
    pub form: Form,
    /// A PUT request that uploads the file.
    pub put: Put,
    /// The time until which either way is open.
    pub expires_at: DateTime<Utc>,
}

/// A form to be posted as `multipart/form-data`: these fields, then the file in a field `file`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Form {
    /// The address to post the form to.
    pub url: String,
    /// The form's fields, in any order.
    pub fields: BTreeMap<&'static str, String>,
}

/// A PUT request whose body is the file's bytes as they are.
#[derive(Debug, Serialize, ToSchema)]
pub struct Put {
    /// The address to send the request to.
    pub url: String,
    /// The headers to be sent with the request.
    pub headers: BTreeMap<&'static str, String>,
}

impl From<UploadForm> for Form {
    fn from(form: UploadForm) -> Self {
        Self { url: form.url, fields: form.fields.into_iter().collect() }
    }
}
