//! Lists of photos, for people who would rather look than read.

use super::dto::Post;
use crate::app::App;
use crate::edge::path::{HandleKey, Id, InPath};
use crate::edge::{Author, List, Listing, PageQuery, Problem, Reader};
use crate::media::dto::PhotoUrls;
use crate::media::shown::Photo;
use axum::extract::State;
use axum::response::Response;
use domain::value::{MediaId, PostId};
use projections::Page;
use projections::posts::{self, query};
use serde::Serialize;
use std::str::FromStr;
use utoipa::ToSchema;
use uuid::Uuid;

/// A photo in the post that shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostPhoto {
    /// The id of the post that shows the photo.
    pub post_id: Uuid,
    /// The photo's place among the post's photos, from 0.
    pub place: i32,
    /// The person who published the post.
    pub author: Author,
    /// The photo.
    pub photo: Photo,
}

/// A photo alone, with the post that shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PhotoInPost {
    /// The photo's place among the post's photos, from 0.
    pub place: i32,
    /// The photo.
    pub photo: Photo,
    /// The post that shows the photo.
    pub post: Post,
}

/// The id of a photo in a path.
#[derive(Clone, Copy, Debug)]
pub struct PhotoId(MediaId);

impl FromStr for PhotoId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(Self)
    }
}

impl InPath for PhotoId {
    const NOT_FOUND: (&'static str, &'static str) =
        ("photo_not_found", "No post that you may see shows such a photo.");
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
    let page = app.read(|| query::photos(&app.reads, None, viewer, after, limit)).await?;
    Ok(listing.answer(LIST, fresh, page.map(|photo| PostPhoto::of(photo, app.part()))))
}

/// Read where a photo is shown
#[utoipa::path(
    get, path = "/v1/photos/{id}", tag = "posts",
    params(("id" = Uuid, Path, description = "The photo's `media_id`.")),
    responses((status = 200, description = "The photo, and the post that shows it.", body = PhotoInPost)),
    security((), ("bearer" = []))
)]
pub async fn get_photo(
    State(app): State<App>,
    Id(PhotoId(id)): Id<PhotoId>,
    reader: Reader,
) -> Result<Response, Problem> {
    let viewer = reader.viewer();
    let fresh = reader.see(&app, &["posts"]).await;
    let not_found = || fresh.clone().not_found(PhotoId::NOT_FOUND.0, PhotoId::NOT_FOUND.1);
    let shown = app.read(|| query::photo_by_id(&app.reads, id, viewer)).await?.ok_or_else(not_found)?;
    let post = app.read(|| query::by_id(&app.reads, shown.post_id, viewer)).await?.ok_or_else(not_found)?;
    let photo = Photo::of(shown.photo, app.part());
    let post = Post::of(post, app.part());
    Ok(fresh.json(PhotoInPost { place: shown.place, photo, post }))
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
    let page = app.read(|| query::photos(&app.reads, Some(author.id), viewer, after, limit)).await?;
    Ok(listing.answer(LIST, fresh, page.map(|photo| PostPhoto::of(photo, app.part()))))
}
