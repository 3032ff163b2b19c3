//! Lists of posts: the latest, by tag, by author.

use super::dto::Post;
use super::under_tag;
use crate::app::App;
use crate::edge::list::{Limit, Paged, bad_parameter};
use crate::edge::path::HandleKey;
use crate::edge::{List, Listing, PageQuery, Problem, Reader};
use axum::extract::State;
use axum::response::Response;
use domain::value::{PostId, Tag};
use projections::Page;
use projections::posts::query;
use serde::Deserialize;
use utoipa::IntoParams;

/// The query string of the list of posts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PostsQuery {
    /// Only posts that carry this tag; with or without `#`.
    tag: Option<String>,
    /// The page's limit: how many items at most.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 100, default = 20, required = false)]
    limit: Limit,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

impl Paged for PostsQuery {
    fn limit(&self) -> Limit {
        self.limit
    }

    fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }
}

/// List posts, newest first
#[utoipa::path(
    get, path = "/v1/posts", tag = "posts",
    params(PostsQuery),
    responses((status = 200, description = "Posts.", body = List<Post>)),
    security((), ("bearer" = []))
)]
pub async fn list_posts(
    State(app): State<App>,
    listing: Listing<PostsQuery>,
    reader: Reader,
) -> Result<Response, Problem> {
    match &listing.query.tag {
        Some(tag) => {
            let tag = Tag::parse(tag).map_err(|invalid| bad_parameter("tag", &invalid))?;
            under_tag::latest(&app, &listing, &reader, &tag).await
        }
        None => latest(&app, &listing, &reader).await,
    }
}

async fn latest(app: &App, listing: &Listing<PostsQuery>, reader: &Reader) -> Result<Response, Problem> {
    const LIST: &str = "posts";
    let (viewer, after, limit) = (reader.viewer(), listing.after::<PostId>(LIST)?, listing.limit());
    let fresh = reader.see(app, &["posts"]).await;
    let page = app.read(|| query::latest(&app.reads, viewer, after, limit)).await?;
    Ok(listing.answer(LIST, fresh, page.map(|post| Post::of(post, app.part()))))
}

/// List a person's posts, newest first
#[utoipa::path(
    get, path = "/v1/users/{handle}/posts", tag = "posts",
    params(("handle" = String, Path, description = "The author's handle."), PageQuery),
    responses((status = 200, description = "Posts.", body = List<Post>)),
    security((), ("bearer" = []))
)]
pub async fn list_posts_of_user(
    State(app): State<App>,
    handle: HandleKey,
    listing: Listing,
    reader: Reader,
) -> Result<Response, Problem> {
    const LIST: &str = "posts_of_user";
    let (viewer, after, limit) = (reader.viewer(), listing.after::<PostId>(LIST)?, listing.limit());
    let fresh = reader.see(&app, &["profiles", "posts"]).await;
    let author = handle.profile(&app, &reader, &fresh).await?;
    if !author.is_open_to(viewer) {
        return Ok(listing.answer(LIST, fresh, Page::<Post, PostId>::nothing()));
    }
    let page = app.read(|| query::by_author(&app.reads, author.id, viewer, after, limit)).await?;
    Ok(listing.answer(LIST, fresh, page.map(|post| Post::of(post, app.part()))))
}
