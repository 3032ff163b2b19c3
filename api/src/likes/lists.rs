//! Lists of likes: the people who like a post or a comment, and the posts that a person likes.

use super::dto::Liker;
use crate::app::App;
use crate::comments::readable;
use crate::edge::path::{HandleKey, Id, InPath};
use crate::edge::{List, Listing, PageQuery, Problem, Reader};
use crate::posts::dto::Post;
use axum::extract::State;
use axum::response::Response;
use domain::value::{CommentId, PostId};
use projections::{Position, comments, posts};

/// List who likes a post, the latest like first
#[utoipa::path(
    get, path = "/v1/posts/{id}/likes", tag = "likes",
    params(("id" = Uuid, Path, description = "The post."), PageQuery),
    responses((status = 200, description = "People.", body = List<Liker>)),
    security((), ("bearer" = []))
)]
pub async fn list_likes_of_post(
    State(app): State<App>,
    Id(post): Id<PostId>,
    listing: Listing,
    reader: Reader,
) -> Result<Response, Problem> {
    const LIST: &str = "likes_of_post";
    let (viewer, after, limit) = (reader.viewer(), listing.after::<Position>(LIST)?, listing.limit());
    let fresh = reader.see(&app, &["posts"]).await;
    if app.read(|| posts::query::by_id(&app.reads, post, viewer)).await?.is_none() {
        return Err(fresh.not_found(PostId::NOT_FOUND.0, PostId::NOT_FOUND.1));
    }
    let page = app.read(|| posts::query::likers(&app.reads, post, viewer, after, limit)).await?;
    Ok(listing.answer(LIST, fresh, page.map(Liker::from)))
}

/// List who likes a comment, the latest like first
#[utoipa::path(
    get, path = "/v1/comments/{id}/likes", tag = "likes",
    params(("id" = Uuid, Path, description = "The comment."), PageQuery),
    responses((status = 200, description = "People.", body = List<Liker>)),
    security((), ("bearer" = []))
)]
pub async fn list_likes_of_comment(
    State(app): State<App>,
    Id(comment): Id<CommentId>,
    listing: Listing,
    reader: Reader,
) -> Result<Response, Problem> {
    const LIST: &str = "likes_of_comment";
    let (viewer, after, limit) = (reader.viewer(), listing.after::<Position>(LIST)?, listing.limit());
    let fresh = reader.see(&app, &["comments", "posts"]).await;
    if readable(&app, comment, &reader, &fresh).await?.by.is_none() {
        return Err(fresh.not_found(CommentId::NOT_FOUND.0, CommentId::NOT_FOUND.1));
    }
    let page = app.read(|| comments::query::likers(&app.reads, comment, viewer, after, limit)).await?;
    Ok(listing.answer(LIST, fresh, page.map(Liker::from)))
}

/// List the posts that a person likes, the latest like first
#[utoipa::path(
    get, path = "/v1/users/{handle}/likes", tag = "likes",
    params(("handle" = String, Path, description = "The person's handle."), PageQuery),
    responses((status = 200, description = "Posts.", body = List<Post>)),
    security((), ("bearer" = []))
)]
pub async fn list_likes_of_user(
    State(app): State<App>,
    handle: HandleKey,
    listing: Listing,
    reader: Reader,
) -> Result<Response, Problem> {
    const LIST: &str = "likes_of_user";
    let (viewer, after, limit) = (reader.viewer(), listing.after::<Position>(LIST)?, listing.limit());
    let fresh = reader.see(&app, &["profiles", "posts"]).await;
    let user = handle.profile(&app, &reader, &fresh).await?.id;
    let page = app.read(|| posts::query::liked_by(&app.reads, user, viewer, after, limit)).await?;
    Ok(listing.answer(LIST, fresh, page.map(|post| Post::of(post, app.part()))))
}
