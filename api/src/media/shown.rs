//! Photos where they are shown.

use super::dto::{PhotoUrls, Urls};
use crate::app::App;
use crate::edge::{FieldError, Fields, Problem};
use domain::Refusal;
use domain::media::{Media, MediaRefusal};
use domain::value::{self, AlternativeText, MediaId, Photos, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A photo that a post shows.
#[derive(Debug, Serialize, ToSchema)]
pub struct Photo {
    /// Which.
    pub media_id: Uuid,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// To show until the photo is there (<https://blurha.sh>).
    pub blurhash: String,
    /// To show until even that is there: `#rrggbb`.
    pub colour: String,
    /// For those who can't see it.
    pub alternative_text: Option<String>,
    /// Where it is.
    pub urls: Urls,
}

impl Photo {
    /// As it is shown.
    #[must_use]
    pub fn of(photo: value::Photo, urls: &PhotoUrls) -> Self {
        let value::Photo { media_id, width, height, blurhash, colour, alternative_text } = photo;
        let urls = urls.photo(media_id);
        Self { media_id: media_id.0, width, height, blurhash, colour, alternative_text, urls }
    }

    /// All of them.
    #[must_use]
    pub fn all(photos: Vec<value::Photo>, urls: &PhotoUrls) -> Vec<Self> {
        photos.into_iter().map(|photo| Self::of(photo, urls)).collect()
    }
}

/// A photo to be shown.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowPhoto {
    /// Of an uploaded photo of one's own that is `ready`, and that nothing else shows.
    pub media_id: Uuid,
    /// For those who can't see it: up to 1,000 characters.
    #[serde(default)]
    #[schema(example = "해 질 녘의 한강")]
    pub alternative_text: Option<String>,
}

/// What `person` wants to show.
///
/// # Errors
/// 422 with every one that can't be shown.
pub async fn photos(app: &App, person: UserId, wanted: &[ShowPhoto]) -> Result<Photos, Problem> {
    let mut fields = Fields::default();
    if wanted.len() > Photos::MAX {
        let detail = format!("must have at most {} photos; it has {}", Photos::MAX, wanted.len());
        return Err(Problem::invalid(vec![FieldError::at("/photos", "too_many", detail)]));
    }
    let mut photos = Vec::with_capacity(wanted.len());
    for (n, ShowPhoto { media_id, alternative_text }) in wanted.iter().enumerate() {
        let pointer = format!("/photos/{n}/alternative_text");
        let text =
            alternative_text.as_deref().map(|text| fields.take(&pointer, AlternativeText::parse(text)));
        let media = app.executor.load::<Media>(*media_id).await?.state;
        match media.photo(MediaId(*media_id), person, text.flatten()) {
            Ok(photo) => photos.push(photo),
            Err(refusal) => {
                fields.add(refused(format!("/photos/{n}/media_id"), refusal));
            }
        }
    }
    let photos = fields.take("/photos", Photos::new(photos));
    match photos {
        Some(photos) if fields.is_empty() => Ok(photos),
        _wrong => Err(fields.problem()),
    }
}

/// Why a photo can't be shown. Whose it is, is nobody else's business.
#[must_use]
pub fn refused(pointer: String, refusal: MediaRefusal) -> FieldError {
    if refusal == MediaRefusal::NotReady {
        let detail = "is not ready; wait until it is, or choose another if it was refused";
        return FieldError::at(pointer, refusal.code(), detail);
    }
    FieldError::at(pointer, MediaRefusal::MediaNotFound.code(), "is no photo of yours; upload one")
}
