//! Photos uploaded through the server, for clients that would rather send one request.

use super::arriving::Arriving;
use super::dto::Media;
use super::slots::{OF_EACH, UploadSlots};
use super::{content_type, owner};
use crate::aliases::voice::Voice;
use crate::app::App;
use crate::edge::body::essence;
use crate::edge::member::{hourly, may};
use crate::edge::{Problem, WriteRequest, list};
use axum::body::HttpBody;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::media::{self, MediaCommand, MediaState};
use domain::value::MediaId;
use event_log::event_store::CommandError;
use photos::media::{MAX_BYTES, upload_key};
use serde::Deserialize;
use std::time::Duration;
use tokio::sync::Semaphore;
use utoipa::IntoParams;
use vault::attempts::Policy;

/// The uploads that may run at once through this process: each is a connection to the storage.
static PLACES: Semaphore = Semaphore::const_new(64);

/// The limit of uploads: each photo takes a second or so to be looked at.
pub(super) const UPLOADS: Policy = hourly("uploads", 300);
/// The time limit of an upload: a large photo on a slow line takes minutes.
pub const TIME_LIMIT: Duration = Duration::from_secs(5 * 60);

/// The query string of an upload.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UploadQuery {
    /// True for a photo for a post on an anonymous board: nothing tells whose photo it is.
    #[serde(default)]
    #[param(required = false)]
    anonymous: bool,
}

/// Upload a photo
///
/// The bytes are the body: `fetch(url, { method: "POST", body: file })`. The server looks at the photo right
/// afterwards: read the photo until it is `ready` or `refused`. Of what the file says beside its pixels,
/// nothing is kept.
///
/// A person may upload four photos at once, and is told 429 `too_many_uploads` beyond. A body that comes at less than
/// 4 KB a second for a while is ended by 408 `too_slow`.
#[utoipa::path(
    post, path = super::UPLOAD, tag = "media",
    params(UploadQuery),
    request_body(content(
        (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "image/webp"), (Vec<u8> = "image/gif")
    ), description = "20 MiB at most, with its length in `Content-Length`."),
    responses((status = 201, description = "Uploaded; it is looked at now.", body = Media)),
    security(("bearer" = []))
)]
pub async fn upload(
    State(app): State<App>,
    request: WriteRequest,
    http: Request,
) -> Result<Response, Problem> {
    let storage = app.storage()?;
    let content_type = named_in(http.headers())?;
    let byte_size = length(&http)?;
    let UploadQuery { anonymous } = list::query(http.uri())?;
    let slots = app.part::<UploadSlots>();
    // The slot is held until the upload is done; an anonymous photo takes a slot of the person, too.
    let _own = slots.take(request.by.id).ok_or_else(too_many)?;
    may(&app, &UPLOADS, &[request.by.id.0.as_bytes()]).await?;
    let request = request.about(&app, &[content_type.as_bytes(), &byte_size.to_be_bytes()]);
    let (id, Voice { request, by }) = owner::of_new(&app, request, anonymous).await?;
    let command = MediaCommand::Request { by, content_type: content_type.to_owned(), byte_size };
    let requested = app.executor.execute::<media::Media>(id.0, command, &request.unversioned()).await?;
    // The photo may be another one than ours if the key was used before, and may have been uploaded already.
    let id = MediaId(requested.id);
    if app.executor.load::<media::Media>(id.0).await?.state.state == MediaState::Uploading {
        let Ok(_place) = PLACES.try_acquire() else {
            return Err(Problem::unavailable(
                "busy",
                "Many photos are being uploaded. Repeat the request in a moment, with the same Idempotency-Key.",
            ));
        };
        let (arriving, pace) = Arriving::new(http.into_body(), slots.patience);
        match storage.put_arriving(&upload_key(id), content_type, byte_size, arriving).await {
            Err(_cut_off) if pace.was_too_slow() => return Err(too_slow()),
            put => put?,
        }
    }
    let command = MediaCommand::Complete { by, byte_size };
    let envelope = request.second_envelope("+complete", None);
    let completed = app.executor.execute::<media::Media>(id.0, command, &envelope).await;
    if let Err(CommandError::Refused(_)) = &completed {
        // The photo was removed meanwhile, and perhaps its owner erased.
        storage.delete(&upload_key(id)).await?;
    }
    let answer = completed?;
    let location = format!("{}/{id}", super::UPLOAD);
    let committed = request.committed(&app, &answer);
    Ok(committed.created(&location, answer.version, Media::answered(answer, app.part())))
}

fn too_many() -> Problem {
    let detail = format!(
        "{OF_EACH} of your photos are being uploaded. Repeat the request when one of them is done, with the same \
         Idempotency-Key."
    );
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_uploads", detail).retry_after(1)
}

fn too_slow() -> Problem {
    Problem::new(
        StatusCode::REQUEST_TIMEOUT,
        "too_slow",
        "The photo came at less than 4 KB a second. Repeat the request on a faster line, with the same \
         Idempotency-Key, or send a smaller photo.",
    )
}

fn named_in(headers: &HeaderMap) -> Result<&'static str, Problem> {
    content_type::meant(&essence(headers)).ok_or_else(|| {
        Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_format",
            format!(
                "This takes the bytes of a photo as the body, with a `Content-Type` of {}.",
                content_type::all()
            ),
        )
    })
}

fn length(request: &Request) -> Result<u64, Problem> {
    let Some(length) = request.body().size_hint().exact() else {
        return Err(Problem::new(
            StatusCode::LENGTH_REQUIRED,
            "length_required",
            "Say how long the photo is, in `Content-Length`.",
        ));
    };
    match length {
        0 => Err(Problem::bad_request("body_empty", "The body has no photo in it. Send its bytes.")),
        1..=MAX_BYTES => Ok(length),
        _ => Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            format!("A photo must have at most {MAX_BYTES} bytes. Send a smaller one."),
        )),
    }
}
