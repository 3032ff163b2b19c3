//! Photos for who would rather look than read.

use crate::app::App;
use crate::edge::path::HandleKey;
use crate::edge::{Author, List, Listing, PageQuery, Problem, Reader};
use crate::media::dto::PhotoUrls;
use crate::media::shown::Photo;
use axum::extract::State;
use axum::response::Response;
use domain::value::PostId;
use projections::Page;
use projections::posts::{self, query};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A photo in the post that shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostPhoto {
    /// Which post.
    pub post_id: Uuid,
    /// Among the post's photos, from 0.
    pub place: i32,
    /// Who published it.
    pub author: Author,
    /// The photo.
    pub photo: Photo,
}

impl PostPhoto {
    fn of(shown: posts::PostPhoto, urls: &PhotoUrls) -> Self {
        let posts::PostPhoto { post_id, place, author, photo } = shown;
        Self { post_id: post_id.0, place, author: author.into(), photo: Photo::of(photo, urls) }
    }
}

/// List all photos, those of the newest post first
#[utoipa::path(
    get, path = "/v1/photos", tag = "posts",
    params(PageQuery),
    responses((status = 200, description = "Photos.", body = List<PostPhoto>)),
    security((), ("bearer" = []))
)]
pub async fn list_photos(
    State(app): State<App>,
    listing: Listing,
    reader: Reader,
) -> Result<Response, Problem> {
    const LIST: &str = "photos";
    let (viewer, limit) = (reader.viewer(), listing.limit());
    let after = listing.after::<(PostId, i32)>(LIST)?;
    let fresh = reader.see(&app, &["posts"]).await;
    let page = app.read(|| query::photos(&app.pool, None, viewer, after, limit)).await?;
    Ok(listing.answer(LIST, fresh, page.map(|photo| PostPhoto::of(photo, &app.photo_urls))))
}

/// List a person's photos, those of the newest post first
#[utoipa::path(
    get, path = "/v1/users/{handle}/photos", tag = "posts",
    params(("handle" = String, Path, description = "The author's handle."), PageQuery),
    responses((status = 200, description = "Photos.", body = List<PostPhoto>)),
    security((), ("bearer" = []))
)]
pub async fn list_photos_of_user(
    State(app): State<App>,
    handle: HandleKey,
    listing: Listing,
    reader: Reader,
) -> Result<Response, Problem> {
    const LIST: &str = "photos_of_user";
    let (viewer, limit) = (reader.viewer(), listing.limit());
    let after = listing.after::<(PostId, i32)>(LIST)?;
    let fresh = reader.see(&app, &["profiles", "posts"]).await;
    let author = handle.profile(&app, &reader, &fresh).await?;
    if !author.is_open_to(viewer) {
        return Ok(listing.answer(LIST, fresh, Page::<PostPhoto, (PostId, i32)>::nothing()));
    }
    let page = app.read(|| query::photos(&app.pool, Some(author.id), viewer, after, limit)).await?;
    Ok(listing.answer(LIST, fresh, page.map(|photo| PostPhoto::of(photo, &app.photo_urls))))
}
