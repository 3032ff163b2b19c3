//! The owner of a photo: the person themself, or an alias that no other photo has.

use crate::aliases::voice::Voice;
use crate::app::App;
use crate::edge::path::InPath;
use crate::edge::{Problem, WriteRequest};
use domain::media::Media;
use domain::value::{MediaId, UserId};
use event_log::event_store::Loaded;
use std::sync::Arc;
use uuid::Uuid;

/// Returns the id and the owner of a new photo.
pub(super) async fn of_new(
    app: &App,
    request: WriteRequest,
    anonymous: bool,
) -> Result<(MediaId, Voice), Problem> {
    if !anonymous {
        return Ok((MediaId(Uuid::now_v7()), Voice::own(request)));
    }
    let (id, alias) = app.vault.aliases.for_new_media(request.by.id, request.key()).await?;
    Ok((id, Voice::alias(app, request, alias)))
}

/// Loads a photo of the person, with its owner. A photo of somebody else is answered as if there were none.
pub(super) async fn of(
    app: &App,
    request: WriteRequest,
    id: MediaId,
) -> Result<(Arc<Loaded<Media>>, Voice), Problem> {
    let state = app.executor.load::<Media>(id.0).await?;
    let person = request.by.id;
    let voice = match state.owner_id {
        owner if owner == person => Some(Voice::own(request)),
        owner if owns(app, person, owner, id).await? => Some(Voice::alias(app, request, owner)),
        _ => None,
    };
    match voice {
        Some(voice) if state.is_there() => Ok((state, voice)),
        Some(_) | None => Err(Problem::not_found(MediaId::NOT_FOUND.0, MediaId::NOT_FOUND.1)),
    }
}

/// Returns true if the photo that `owner` owns is the person's.
pub(super) async fn owns(app: &App, person: UserId, owner: UserId, id: MediaId) -> Result<bool, Problem> {
    if owner == person {
        return Ok(true);
    }
    Ok(app.vault.aliases.media(person, id).await?.is_some_and(|mine| mine.alias == owner))
}
