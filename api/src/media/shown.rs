//! Photos on the posts and profiles that show them.

use super::dto::{PhotoUrls, Urls};
use crate::app::App;
use crate::edge::{FieldError, Fields, Problem};
use domain::Refusal;
use domain::media::{Media, MediaRefusal};
use domain::value::{self, AlternativeText, MediaId, Photos, PostId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A photo that a post shows.
#[derive(Debug, Serialize, ToSchema)]
pub struct Photo {
    /// The photo's id.
    pub media_id: Uuid,
    /// The photo's width in pixels.
    pub width: u32,
    /// The photo's height in pixels.
    pub height: u32,
    /// A blurred preview to show until the photo has loaded (<https://blurha.sh>).
    pub blurhash: String,
    /// A colour to show until even the preview is drawn: `#rrggbb`.
    pub colour: String,
    /// A description for people who can't see the photo.
    pub alternative_text: Option<String>,
    /// The addresses of the photo.
    pub urls: Urls,
}

impl Photo {
    /// Makes the JSON of a photo that a post shows.
    #[must_use]
    pub fn of(photo: value::Photo, urls: &PhotoUrls) -> Self {
        let value::Photo { media_id, width, height, blurhash, colour, alternative_text } = photo;
        let urls = urls.photo(media_id);
        Self { media_id: media_id.0, width, height, blurhash, colour, alternative_text, urls }
    }

    /// Makes the JSON of all photos of a post.
    #[must_use]
    pub fn all(photos: Vec<value::Photo>, urls: &PhotoUrls) -> Vec<Self> {
        photos.into_iter().map(|photo| Self::of(photo, urls)).collect()
    }
}

/// A photo to be shown.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowPhoto {
    /// The id of an uploaded photo of one's own that is `ready`, and that nothing else shows. On an anonymous
    /// board the photo must have been uploaded with `anonymous`, elsewhere without.
    pub media_id: Uuid,
    /// A description for people who can't see the photo: up to 1,000 characters.
    #[serde(default)]
    #[schema(example = "해 질 녘의 한강")]
    pub alternative_text: Option<String>,
}

/// The person who shows photos, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shower {
    /// A person under their own name.
    Person(UserId),
    /// A person under an alias, in one post.
    Alias {
        /// The owner of the photos, whom only the vault knows.
        person: UserId,
        /// The only post that may show them.
        post: PostId,
    },
}

impl Shower {
    /// Returns the shower for a person who acts in a post as `by`: as themself or as their alias.
    #[must_use]
    pub fn of(person: UserId, by: UserId, post: PostId) -> Self {
        if person == by { Self::Person(person) } else { Self::Alias { person, post } }
    }
}

/// Checks the photos that somebody wants to show: under an alias only photos that were uploaded anonymously
/// may be shown, and those nowhere else.
///
/// # Errors
/// 422 with each photo that can't be shown.
pub async fn photos(app: &App, by: Shower, wanted: &[ShowPhoto]) -> Result<Photos, Problem> {
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
        let (id, pointer) = (MediaId(*media_id), format!("/photos/{n}/media_id"));
        let media = app.executor.load::<Media>(*media_id).await?;
        let owner = match owner(app, by, id, &media, &pointer).await? {
            Ok(owner) => owner,
            Err(error) => {
                fields.add(error);
                continue;
            }
        };
        match media.photo(id, owner, text.flatten()) {
            Ok(photo) => photos.push(photo),
            Err(refusal) => fields.add(refused(pointer, refusal)),
        }
    }
    let photos = fields.take("/photos", Photos::new(photos));
    match photos {
        Some(photos) if fields.is_empty() => Ok(photos),
        _wrong => Err(fields.problem()),
    }
}

/// Returns the id that would own the photo if the shower may show it, or the error of a field if showing the
/// photo would tell whose it is.
async fn owner(
    app: &App,
    by: Shower,
    id: MediaId,
    media: &Media,
    pointer: &str,
) -> Result<Result<UserId, FieldError>, Problem> {
    Ok(match by {
        Shower::Person(person) => must_be_named(app, person, id, media, pointer).await?.map(|()| person),
        Shower::Alias { person, post } => match app.vault.aliases.media(person, id).await? {
            Some(mine) if mine.post_id.is_none_or(|shown| shown == post) => Ok(mine.alias),
            Some(_) => Err(shown_elsewhere(pointer)),
            None if media.is_there() && media.owner_id == person => {
                let detail = "was uploaded under your name; upload it again with `anonymous`";
                Err(FieldError::at(pointer, "media_not_anonymous", detail))
            }
            // A photo of nobody here: refused in the same way as a photo of somebody else.
            None => Ok(UserId(Uuid::nil())),
        },
    })
}

/// Refuses a photo that the person uploaded anonymously, where their name would stand beside it.
///
/// # Errors
/// The vault's errors.
pub async fn must_be_named(
    app: &App,
    person: UserId,
    id: MediaId,
    media: &Media,
    pointer: &str,
) -> Result<Result<(), FieldError>, Problem> {
    if media.owner_id == person || app.vault.aliases.media(person, id).await?.is_none() {
        return Ok(Ok(()));
    }
    let detail = "was uploaded anonymously; upload it again without `anonymous`";
    Ok(Err(FieldError::at(pointer, "media_anonymous", detail)))
}

/// Reserves the photos that an alias shows for this one post: a photo in two posts would tell that both are
/// by the same person.
///
/// # Errors
/// 422 if another post was quicker.
pub async fn keep_to_one_post(app: &App, by: Shower, photos: &Photos) -> Result<(), Problem> {
    let Shower::Alias { person, post } = by else { return Ok(()) };
    let ids: Vec<MediaId> = photos.as_slice().iter().map(|photo| photo.media_id).collect();
    if ids.is_empty() || app.vault.aliases.show_media(person, &ids, post).await? {
        return Ok(());
    }
    Err(Problem::invalid(vec![shown_elsewhere("/photos")]))
}

fn shown_elsewhere(pointer: &str) -> FieldError {
    let detail = "was meant for another anonymous post; upload it again for this one";
    FieldError::at(pointer, "media_of_another_post", detail)
}

/// Returns the error of a photo that can't be shown. The error doesn't tell whose photo it is: that is nobody
/// else's business.
#[must_use]
pub fn refused(pointer: String, refusal: MediaRefusal) -> FieldError {
    if refusal == MediaRefusal::NotReady {
        let detail = "is not ready; wait until it is, or choose another if it was refused";
        return FieldError::at(pointer, refusal.code(), detail);
    }
    FieldError::at(pointer, MediaRefusal::MediaNotFound.code(), "is no photo of yours; upload one")
}
