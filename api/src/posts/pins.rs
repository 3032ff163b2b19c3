//! Posts that a profile shows before all others.

use super::dto::Post;
use crate::app::App;
use crate::edge::path::{HandleKey, Id};
use crate::edge::{List, Problem, Reader, WriteRequest, facts};
use axum::extract::State;
use axum::response::Response;
use domain::post;
use domain::user::{User, UserCommand};
use domain::value::PostId;
use projections::posts::query;

/// Pin a post of one's own to one's profile
///
/// The post is put before those that are pinned already; 3 at most.
#[utoipa::path(
    put, path = "/v1/posts/{id}/pin", tag = "posts",
    params(("id" = Uuid, Path, description = "The post.")),
    responses((status = 204, description = "Pinned, now or before.")),
    security(("bearer" = []))
)]
pub async fn pin_post(
    State(app): State<App>,
    Id(post_id): Id<PostId>,
    request: WriteRequest,
) -> Result<Response, Problem> {
    let by = request.by.id;
    let post = app.executor.load::<post::Post>(post_id.0).await?;
    let is_theirs = post.is_open() && post.author_id == by;
    let mut gone = vec![];
    for &pinned in &app.executor.load::<User>(by.0).await?.pinned_post_ids {
        if facts::open_post(&app, pinned, by).await?.is_none() {
            gone.push(pinned);
        }
    }
    execute(&app, &request, UserCommand::Pin { post_id, is_theirs, gone }).await
}

/// Unpin a post
#[utoipa::path(
    delete, path = "/v1/posts/{id}/pin", tag = "posts",
    params(("id" = Uuid, Path, description = "The post.")),
    responses((status = 204, description = "Not pinned any more.")),
    security(("bearer" = []))
)]
pub async fn unpin_post(
    State(app): State<App>,
    Id(post_id): Id<PostId>,
    request: WriteRequest,
) -> Result<Response, Problem> {
    execute(&app, &request, UserCommand::Unpin { post_id }).await
}

async fn execute(app: &App, request: &WriteRequest, command: UserCommand) -> Result<Response, Problem> {
    let answer = app.executor.execute::<User>(request.by.id.0, command, &request.unversioned()).await?;
    Ok(request.committed(app, &answer).done())
}

/// List the posts that a person has pinned, the latest pinned first
#[utoipa::path(
    get, path = "/v1/users/{handle}/pins", tag = "posts",
    params(("handle" = String, Path, description = "The person's handle.")),
    responses((status = 200, description = "Posts, 3 at most.", body = List<Post>)),
    security((), ("bearer" = []))
)]
pub async fn list_pins(
    State(app): State<App>,
    handle: HandleKey,
    reader: Reader,
) -> Result<Response, Problem> {
    let fresh = reader.see(&app, &["profiles", "posts"]).await;
    let person = handle.profile(&app, &reader, &fresh).await?;
    let cards = app.read(|| query::cards(&app.reads, &person.pinned_post_ids, reader.viewer())).await?;
    let items = cards.into_iter().map(|post| Post::of(post, app.part())).collect();
    Ok(fresh.json(List { items, next_cursor: None }))
}
