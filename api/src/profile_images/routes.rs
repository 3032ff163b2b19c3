//! Routes of profile images: chosen, taken away, and seen.

use super::drawing;
use crate::app::App;
use crate::edge::path::{HandleKey, USER_NOT_FOUND};
use crate::edge::{Problem, WriteRequest, WriteRequestWith};
use crate::media::dto::PhotoUrls;
use crate::media::dto::Urls;
use crate::media::shown;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::media::Media;
use domain::user::{User, UserCommand};
use domain::value::MediaId;
use photos::media::Pokes;
use projections::profiles::{Person, query};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The caching of profile images: a photo that is changed is seen everywhere within a minute.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=60");
/// The policy of drawings: a drawing is an image and nothing else, even if a browser opens it by itself.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");

/// A photo of one's own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Chosen {
    /// The id of an uploaded photo that is `ready`, and that nothing else shows.
    media_id: Uuid,
}

/// Be shown by a photo
#[utoipa::path(
    put, path = "/v1/me/avatar", tag = "me",
    request_body = Chosen,
    responses((status = 204, description = "Shown beside one's name from now on.")),
    security(("bearer" = []))
)]
pub async fn set_avatar(
    State(app): State<App>,
    WriteRequestWith { request, fields }: WriteRequestWith<Chosen>,
) -> Result<Response, Problem> {
    let media_id = Some(showable(&app, &request, fields.media_id).await?);
    change(&app, &request, UserCommand::SetAvatar { media_id }).await
}

/// Be shown by no photo
#[utoipa::path(
    delete, path = "/v1/me/avatar", tag = "me",
    responses((status = 204, description = "A drawing stands for it.")),
    security(("bearer" = []))
)]
pub async fn remove_avatar(State(app): State<App>, request: WriteRequest) -> Result<Response, Problem> {
    change(&app, &request, UserCommand::SetAvatar { media_id: None }).await
}

/// Show a photo over one's profile
#[utoipa::path(
    put, path = "/v1/me/banner", tag = "me",
    request_body = Chosen,
    responses((status = 204, description = "Shown from now on.")),
    security(("bearer" = []))
)]
pub async fn set_banner(
    State(app): State<App>,
    WriteRequestWith { request, fields }: WriteRequestWith<Chosen>,
) -> Result<Response, Problem> {
    let media_id = Some(showable(&app, &request, fields.media_id).await?);
    change(&app, &request, UserCommand::SetBanner { media_id }).await
}

/// Show no photo over one's profile
#[utoipa::path(
    delete, path = "/v1/me/banner", tag = "me",
    responses((status = 204, description = "A drawing stands for it.")),
    security(("bearer" = []))
)]
pub async fn remove_banner(State(app): State<App>, request: WriteRequest) -> Result<Response, Problem> {
    change(&app, &request, UserCommand::SetBanner { media_id: None }).await
}

/// See the photo beside a person's name
///
/// For `<img src>`: the answer leads to the photo, or is a drawing made of the handle.
#[utoipa::path(
    get, path = "/v1/users/{handle}/avatar", tag = "users",
    params(("handle" = String, Path, description = "The person's handle.")),
    responses(
        (status = 200, description = "A drawing.", content_type = "image/svg+xml"),
        (status = 307, description = "The photo is there.")
    ),
    security(())
)]
pub async fn get_avatar(State(app): State<App>, handle: HandleKey) -> Result<Response, Problem> {
    let person = seen(&app, &handle).await?;
    Ok(image(&app, person.avatar_media_id, |urls| urls.square, || drawing::avatar(&handle.0)))
}

/// See the photo over a person's profile
///
/// For `<img src>`: the answer leads to the photo, or is a drawing made of the handle.
#[utoipa::path(
    get, path = "/v1/users/{handle}/banner", tag = "users",
    params(("handle" = String, Path, description = "The person's handle.")),
    responses(
        (status = 200, description = "A drawing.", content_type = "image/svg+xml"),
        (status = 307, description = "The photo is there.")
    ),
    security(())
)]
pub async fn get_banner(State(app): State<App>, handle: HandleKey) -> Result<Response, Problem> {
    let person = seen(&app, &handle).await?;
    Ok(image(&app, person.banner_media_id, |urls| urls.w1280, || drawing::banner(&handle.0)))
}

async fn seen(app: &App, handle: &HandleKey) -> Result<Person, Problem> {
    let found = app.read(|| query::by_handle_key(&app.reads, &handle.0, None)).await?;
    found.ok_or_else(|| Problem::not_found(USER_NOT_FOUND.0, USER_NOT_FOUND.1))
}

fn image(
    app: &App,
    chosen: Option<MediaId>,
    of: impl Fn(Urls) -> String,
    drawn: impl Fn() -> String,
) -> Response {
    let shown = chosen.filter(|_| app.storage.is_some());
    let mut response = match shown.map(|id| of(app.part::<PhotoUrls>().photo(id))).map(HeaderValue::try_from)
    {
        Some(Ok(url)) => (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, url)]).into_response(),
        Some(Err(_)) | None => {
            let svg = HeaderValue::from_static("image/svg+xml");
            ([(header::CONTENT_TYPE, svg), (header::CONTENT_SECURITY_POLICY, POLICY)], drawn())
                .into_response()
        }
    };
    response.headers_mut().insert(header::CACHE_CONTROL, KEPT);
    response
}

async fn showable(app: &App, request: &WriteRequest, media_id: Uuid) -> Result<MediaId, Problem> {
    let media = app.executor.load::<Media>(media_id).await?;
    let named = shown::must_be_named(app, request.by.id, MediaId(media_id), &media, "/media_id").await?;
    if let Err(error) = named {
        return Err(Problem::invalid(vec![error]));
    }
    match media.must_be_showable_by(request.by.id) {
        Ok(()) => Ok(MediaId(media_id)),
        Err(refusal) => Err(Problem::invalid(vec![shown::refused("/media_id".to_owned(), refusal)])),
    }
}

async fn change(app: &App, request: &WriteRequest, command: UserCommand) -> Result<Response, Problem> {
    let answer = app.executor.execute::<User>(request.by.id.0, command, &request.envelope).await?;
    app.part::<Pokes>().poke(answer.position);
    Ok(request.committed(app, &answer).done())
}
