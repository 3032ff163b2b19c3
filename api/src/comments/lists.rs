//! Lists of comments: of a post, of a thread, of a person.

use super::dto::Comment;
use super::mine;
use crate::app::App;
use crate::edge::list::{Limit, Paged};
use crate::edge::path::{HandleKey, Id, InPath};
use crate::edge::{Fresh, List, Listing, PageQuery, Problem, Reader};
use axum::extract::State;
use axum::response::Response;
use domain::value::{CommentId, PostId};
use projections::comments::{self, query};
use projections::{Page, posts};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// The order in which comments are listed.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The oldest comments first, in the order in which they were written.
    #[default]
    Oldest,
    /// The newest comments first.
    Newest,
    /// The most liked comments first; of equally liked ones the newest first.
    MostLiked,
}

/// The query string of a post's comments.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CommentsQuery {
    /// The order: `oldest` first, `newest` or `most_liked`. A cursor is good for the order it was given in.
    #[serde(default)]
    #[param(inline, required = false)]
    sort: Order,
    /// The page's limit: how many items at most.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 100, default = 20, required = false)]
    limit: Limit,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

impl Paged for CommentsQuery {
    fn limit(&self) -> Limit {
        self.limit
    }

    fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }
}

/// List the comments on a post that begin threads
#[utoipa::path(
    get, path = "/v1/posts/{id}/comments", tag = "comments",
    params(("id" = Uuid, Path, description = "The post."), CommentsQuery),
    responses((status = 200, description = "Comments.", body = List<Comment>)),
    security((), ("bearer" = []))
)]
pub async fn list_comments_of_post(
    State(app): State<App>,
    Id(post): Id<PostId>,
    listing: Listing<CommentsQuery>,
    reader: Reader,
) -> Result<Response, Problem> {
    let (viewer, limit) = (reader.viewer(), listing.limit());
    let fresh = reader.see(&app, &["posts", "comments"]).await;
    if app.read(|| posts::query::by_id(&app.reads, post, viewer)).await?.is_none() {
        return Err(fresh.not_found(PostId::NOT_FOUND.0, PostId::NOT_FOUND.1));
    }
    let pool = &app.reads;
    match listing.query.sort {
        Order::Oldest => {
            const LIST: &str = "comments_of_post";
            let after = listing.after::<CommentId>(LIST)?;
            let page = app.read(|| query::of_post(pool, post, viewer, after, limit)).await?;
            Ok(listing.answer(LIST, fresh, shown(&app, &reader, page).await?))
        }
        Order::Newest => {
            const LIST: &str = "newest_comments_of_post";
            let after = listing.after::<CommentId>(LIST)?;
            let page = app.read(|| query::newest_of_post(pool, post, viewer, after, limit)).await?;
            Ok(listing.answer(LIST, fresh, shown(&app, &reader, page).await?))
        }
        Order::MostLiked => {
            const LIST: &str = "most_liked_comments_of_post";
            let after = listing.after::<(i64, CommentId)>(LIST)?;
            let page = app.read(|| query::most_liked_of_post(pool, post, viewer, after, limit)).await?;
            Ok(listing.answer(LIST, fresh, shown(&app, &reader, page).await?))
        }
    }
}

/// List the replies to a comment, oldest first
///
/// The list has all of the thread for a comment that begins one; for a reply, the replies to it.
#[utoipa::path(
    get, path = "/v1/comments/{id}/replies", tag = "comments",
    params(("id" = Uuid, Path, description = "The comment."), PageQuery),
    responses((status = 200, description = "Replies.", body = List<Comment>)),
    security((), ("bearer" = []))
)]
pub async fn list_replies(
    State(app): State<App>,
    Id(comment): Id<CommentId>,
    listing: Listing,
    reader: Reader,
) -> Result<Response, Problem> {
    const LIST: &str = "replies";
    let (viewer, after, limit) = (reader.viewer(), listing.after::<CommentId>(LIST)?, listing.limit());
    let fresh = reader.see(&app, &["comments", "posts"]).await;
    readable(&app, comment, &reader, &fresh).await?;
    let page = app.read(|| query::replies(&app.reads, comment, viewer, after, limit)).await?;
    Ok(listing.answer(LIST, fresh, shown(&app, &reader, page).await?))
}

/// Comments as the reader sees them.
///
/// # Errors
/// The vault's or the database's errors.
pub async fn shown<K>(
    app: &App,
    reader: &Reader,
    page: Page<comments::Comment, K>,
) -> Result<Page<Comment, K>, Problem> {
    let mut page = page.map(Comment::from);
    mine::mark_comments(app, reader, &mut page.items).await?;
    Ok(page)
}

/// A comment on a post that the reader may read.
///
/// # Errors
/// 404 if there is no such comment.
pub async fn readable(
    app: &App,
    id: CommentId,
    reader: &Reader,
    fresh: &Fresh,
) -> Result<comments::Comment, Problem> {
    let viewer = reader.viewer();
    if let Some(comment) = app.read(|| query::by_id(&app.reads, id, viewer)).await? {
        let post = [comment.post_id];
        if !app.read(|| posts::query::readable(&app.reads, &post, viewer)).await?.is_empty() {
            return Ok(comment);
        }
    }
    Err(fresh.clone().not_found(CommentId::NOT_FOUND.0, CommentId::NOT_FOUND.1))
}

/// List a person's comments, newest first
#[utoipa::path(
    get, path = "/v1/users/{handle}/comments", tag = "comments",
    params(("handle" = String, Path, description = "The author's handle."), PageQuery),
    responses((status = 200, description = "Comments.", body = List<Comment>)),
    security((), ("bearer" = []))
)]
pub async fn list_comments_of_user(
    State(app): State<App>,
    handle: HandleKey,
    listing: Listing,
    reader: Reader,
) -> Result<Response, Problem> {
    const LIST: &str = "comments_of_user";
    let (viewer, after, limit) = (reader.viewer(), listing.after::<CommentId>(LIST)?, listing.limit());
    let fresh = reader.see(&app, &["profiles", "comments", "posts"]).await;
    let author = handle.profile(&app, &reader, &fresh).await?.id;
    let mut page = app.read(|| query::by_author(&app.reads, author, viewer, after, limit)).await?;
    let posts: Vec<PostId> = page.items.iter().map(|comment| comment.post_id).collect();
    let readable = app.read(|| posts::query::readable(&app.reads, &posts, viewer)).await?;
    page.items.retain(|comment| readable.contains(&comment.post_id));
    Ok(listing.answer(LIST, fresh, page.map(Comment::from)))
}
