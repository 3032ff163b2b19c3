//! One person's like of one thing. Repeats are harmless both ways.

use crate::app::App;
use crate::edge::path::{Id, InPath};
use crate::edge::{Asked, Problem, facts};
use axum::extract::State;
use axum::response::Response;
use domain::comment::Comment;
use domain::like::{Like, LikeCommand, Target};
use domain::post::Post;
use domain::value::{CommentId, LikeId, PostId};

/// Like a post
#[utoipa::path(
    put, path = "/v1/posts/{id}/like", tag = "likes",
    params(("id" = Uuid, Path, description = "The post.")),
    responses((status = 204, description = "Liked, now or before.")),
    security(("bearer" = []))
)]
pub async fn like_post(
    State(app): State<App>,
    Id(post): Id<PostId>,
    asked: Asked,
) -> Result<Response, Problem> {
    like(&app, &asked, Target::Post(post)).await
}

/// Like a post no longer
#[utoipa::path(
    delete, path = "/v1/posts/{id}/like", tag = "likes",
    params(("id" = Uuid, Path, description = "The post.")),
    responses((status = 204, description = "Not liked any more.")),
    security(("bearer" = []))
)]
pub async fn unlike_post(
    State(app): State<App>,
    Id(post): Id<PostId>,
    asked: Asked,
) -> Result<Response, Problem> {
    if !app.executor.load::<Post>(post.0).await?.state.published {
        return Err(Problem::not_found(PostId::NOT_FOUND.0, PostId::NOT_FOUND.1));
    }
    unlike(&app, &asked, Target::Post(post)).await
}

/// Like a comment
#[utoipa::path(
    put, path = "/v1/comments/{id}/like", tag = "likes",
    params(("id" = Uuid, Path, description = "The comment.")),
    responses((status = 204, description = "Liked, now or before.")),
    security(("bearer" = []))
)]
pub async fn like_comment(
    State(app): State<App>,
    Id(comment): Id<CommentId>,
    asked: Asked,
) -> Result<Response, Problem> {
    like(&app, &asked, Target::Comment(comment)).await
}

/// Like a comment no longer
#[utoipa::path(
    delete, path = "/v1/comments/{id}/like", tag = "likes",
    params(("id" = Uuid, Path, description = "The comment.")),
    responses((status = 204, description = "Not liked any more.")),
    security(("bearer" = []))
)]
pub async fn unlike_comment(
    State(app): State<App>,
    Id(comment): Id<CommentId>,
    asked: Asked,
) -> Result<Response, Problem> {
    if !app.executor.load::<Comment>(comment.0).await?.state.written {
        return Err(Problem::not_found(CommentId::NOT_FOUND.0, CommentId::NOT_FOUND.1));
    }
    unlike(&app, &asked, Target::Comment(comment)).await
}

async fn like(app: &App, asked: &Asked, target: Target) -> Result<Response, Problem> {
    let target_is_open = facts::target_is_open(app, target, asked.by.id).await?;
    execute(app, asked, target, LikeCommand::Like { user_id: asked.by.id, target, target_is_open }).await
}

async fn unlike(app: &App, asked: &Asked, target: Target) -> Result<Response, Problem> {
    execute(app, asked, target, LikeCommand::Unlike { user_id: asked.by.id, target }).await
}

async fn execute(
    app: &App,
    asked: &Asked,
    target: Target,
    command: LikeCommand,
) -> Result<Response, Problem> {
    let id = LikeId::of(asked.by.id, target);
    let answer = app.executor.execute::<Like>(id.0, command, &asked.unversioned()).await?;
    Ok(asked.committed(app, &answer).done())
}
