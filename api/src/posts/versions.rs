//! The versions of a post: its contents before each edit.

use crate::app::App;
use crate::edge::path::{Id, InPath};
use crate::edge::{List, Listing, PageQuery, Problem, Reader};
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::value::{Photo, PostId};
use projections::Page;
use projections::posts::{self, query};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A version of a post: its contents from some time on, until the next version.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostVersion {
    /// The version's number, as in `ETag`.
    pub version: i64,
    /// The title: one line above the text.
    pub title: Option<String>,
    /// The post's text in this version.
    pub text: String,
    /// The tags given and written in the text, without `#`.
    pub tags: Vec<String>,
    /// The photos, in the order in which they were shown.
    pub photos: Vec<FormerPhoto>,
    /// The time from which the post said this.
    pub written_at: DateTime<Utc>,
}

/// A photo that a post showed. A photo that nothing shows any more is gone.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormerPhoto {
    /// The photo's id.
    pub media_id: Uuid,
    /// A description for people who can't see the photo.
    pub alternative_text: Option<String>,
}

impl From<Photo> for FormerPhoto {
    fn from(photo: Photo) -> Self {
        Self { media_id: photo.media_id.0, alternative_text: photo.alternative_text }
    }
}

impl From<posts::PostVersion> for PostVersion {
    fn from(version: posts::PostVersion) -> Self {
        let posts::PostVersion { version, title, text, tags, photos, written_at } = version;
        let photos = photos.into_iter().map(FormerPhoto::from).collect();
        Self { version, title, text, tags, photos, written_at }
    }
}

/// The only version of a post that was never edited.
impl From<posts::Post> for PostVersion {
    fn from(post: posts::Post) -> Self {
        let posts::Post { version, title, text, tags, photos, published_at, .. } = post;
        let photos = photos.into_iter().map(FormerPhoto::from).collect();
        Self { version, title, text, tags, photos, written_at: published_at }
    }
}

/// List what a post says and said, the newest version first
#[utoipa::path(
    get, path = "/v1/posts/{id}/versions", tag = "posts",
    params(("id" = Uuid, Path, description = "The post."), PageQuery),
    responses((status = 200, description = "Versions.", body = List<PostVersion>)),
    security((), ("bearer" = []))
)]
pub async fn list_versions(
    State(app): State<App>,
    Id(id): Id<PostId>,
    listing: Listing,
    reader: Reader,
) -> Result<Response, Problem> {
    const LIST: &str = "versions";
    let (after, limit) = (listing.after::<i64>(LIST)?, listing.limit());
    let fresh = reader.see(&app, &["posts"]).await;
    let Some(post) = app.read(|| query::by_id(&app.reads, id, reader.viewer())).await? else {
        return Err(fresh.not_found(PostId::NOT_FOUND.0, PostId::NOT_FOUND.1));
    };
    if post.edited_at.is_none() {
        let items = if after.is_none() { vec![PostVersion::from(post)] } else { vec![] };
        return Ok(listing.answer(LIST, fresh, Page::<_, i64> { items, next: None }));
    }
    let page = app.read(|| query::versions(&app.reads, id, after, limit)).await?;
    Ok(listing.answer(LIST, fresh, page.map(PostVersion::from)))
}
