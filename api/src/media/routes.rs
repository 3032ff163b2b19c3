//! One photo: announced, completed, read, removed.

use super::dto::{AnnounceUpload, Announced, Form, Media, Put};
use super::owner;
use super::upload::UPLOADS;
use crate::aliases::voice::Voice;
use crate::app::App;
use crate::edge::member::may;
use crate::edge::path::{Id, InPath};
use crate::edge::{Problem, Reader, WriteRequest, WriteRequestWith};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::Utc;
use domain::media::{self, MediaCommand, MediaState, RemoveReason};
use domain::value::MediaId;
use event_log::event_store::CommandError;
use photos::media::Pokes;
use photos::media::upload_key;
use projections::media::query;
use std::collections::BTreeMap;
use std::time::Duration;

/// The time that a client may take to begin an announced upload.
const OPEN: Duration = Duration::from_secs(15 * 60);

impl InPath for MediaId {
    const NOT_FOUND: (&'static str, &'static str) =
        ("media_not_found", "You have no such photo, or it was removed.");
}

/// Announce an upload straight to the storage
///
/// The answer gives two ways, an HTML form and one PUT, for 15 minutes. Then say that the upload is complete.
#[utoipa::path(
    post, path = "/v1/media/presigned", tag = "media",
    request_body = AnnounceUpload,
    responses((status = 201, description = "Upload it now.", body = Announced)),
    security(("bearer" = []))
)]
pub async fn announce_upload(
    State(app): State<App>,
    WriteRequestWith { request, fields }: WriteRequestWith<AnnounceUpload>,
) -> Result<Response, Problem> {
    let storage = app.storage()?;
    let content_type = fields.check()?;
    may(&app, &UPLOADS, &[request.by.id.0.as_bytes()]).await?;
    let AnnounceUpload { byte_size, anonymous, .. } = fields;
    let (id, Voice { request, by }) = owner::of_new(&app, request, anonymous).await?;
    let command = MediaCommand::Request { by, content_type: content_type.to_owned(), byte_size };
    let answer = app.executor.execute::<media::Media>(id.0, command, &request.unversioned()).await?;
    let (key, now) = (upload_key(MediaId(answer.id)), Utc::now());
    let form = storage.upload_form(&key, content_type, byte_size, now, OPEN);
    let url = storage.upload_url(&key, content_type, byte_size, OPEN).await?;
    let location = format!("{}/{}", super::UPLOAD, answer.id);
    let (committed, version) = (request.committed(&app, &answer), answer.version);
    let announced = Announced {
        media: Media::answered(answer, app.part()),
        form: Form::from(form),
        put: Put { url, headers: BTreeMap::from([("content-type", content_type.to_owned())]) },
        expires_at: now + OPEN,
    };
    Ok(committed.created(&location, version, announced))
}

/// Say that an upload is complete
///
/// The server looks at the photo right afterwards: read the photo until it is `ready` or `refused`.
#[utoipa::path(
    post, path = "/v1/media/{id}/complete", tag = "media",
    params(("id" = Uuid, Path, description = "The photo.")),
    responses((status = 200, description = "It is looked at, now or before.", body = Media)),
    security(("bearer" = []))
)]
pub async fn complete_upload(
    State(app): State<App>,
    Id(id): Id<MediaId>,
    request: WriteRequest,
) -> Result<Response, Problem> {
    let storage = app.storage()?;
    let (media, Voice { request, by }) = owner::of(&app, request, id).await?;
    let byte_size = if media.state.state == MediaState::Uploading {
        storage.size(&upload_key(id)).await?.ok_or_else(not_uploaded)?
    } else {
        media.byte_size
    };
    let command = MediaCommand::Complete { by, byte_size };
    let answer = app.executor.execute::<media::Media>(id.0, command, &request.unversioned()).await?;
    let committed = request.committed(&app, &answer);
    Ok(committed.changed(answer.version, Media::answered(answer, app.part())))
}

/// Read a photo of one's own
#[utoipa::path(
    get, path = "/v1/media/{id}", tag = "media",
    params(("id" = Uuid, Path, description = "The photo.")),
    responses((status = 200, description = "How far it is.", body = Media)),
    security(("bearer" = []))
)]
pub async fn get_media(
    State(app): State<App>,
    Id(id): Id<MediaId>,
    reader: Reader,
) -> Result<Response, Problem> {
    let me = reader.known()?.id;
    let fresh = reader.see(&app, &["media"]).await;
    let found = app.read(|| query::one(&app.reads, id)).await?;
    match found.filter(|media| media.state != MediaState::Removed) {
        Some(media) if owner::owns(&app, me, media.owner_id, id).await? => {
            Ok(fresh.one(media.version, Media::read(media, app.part())))
        }
        Some(_) | None => Err(fresh.not_found(MediaId::NOT_FOUND.0, MediaId::NOT_FOUND.1)),
    }
}

/// Remove a photo that nothing shows
///
/// A photo that a post shows is removed when the post no longer shows it.
#[utoipa::path(
    delete, path = "/v1/media/{id}", tag = "media",
    params(("id" = Uuid, Path, description = "The photo.")),
    responses((status = 204, description = "Removed.")),
    security(("bearer" = []))
)]
pub async fn remove_media(
    State(app): State<App>,
    Id(id): Id<MediaId>,
    request: WriteRequest,
) -> Result<Response, Problem> {
    let (_, Voice { request, by }) = owner::of(&app, request, id).await?;
    let command = MediaCommand::Remove { reason: RemoveReason::ByOwner { by } };
    let removed = app.executor.execute::<media::Media>(id.0, command, &request.unversioned()).await;
    let answer = match removed {
        Err(CommandError::ClaimTaken { .. }) => {
            return Err(Problem::new(
                StatusCode::CONFLICT,
                "media_shown",
                "This photo is shown. Take it out of the post or profile first; it goes by itself then.",
            ));
        }
        other => other?,
    };
    app.part::<Pokes>().poke(answer.position);
    Ok(request.committed(&app, &answer).done())
}

fn not_uploaded() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "media_not_uploaded",
        "Nothing has arrived in the storage yet. Upload it, then say so again.",
    )
}
