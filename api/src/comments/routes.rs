//! One comment: write, read, edit, delete.

use super::dto::{Comment, EditComment, EditedComment, WriteComment, body};
use super::lists;
use super::mine;
use crate::aliases::voice::Voice;
use crate::app::App;
use crate::boards::TargetBoard;
use crate::edge::path::Id;
use crate::edge::problem::FieldError;
use crate::edge::{Problem, Reader, WriteRequest, WriteRequestWith, facts};
use axum::extract::State;
use axum::response::Response;
use chrono::Utc;
use domain::Refusal;
use domain::comment::{self, CommentCommand, CommentRefusal, CommentedPost, Parent};
use domain::post::Post;
use domain::value::{CommentId, PostId, UserId};
use event_log::event_store::CommandError;
use uuid::Uuid;

/// Write a comment on a post, or a reply to a comment
#[utoipa::path(
    post, path = "/v1/posts/{id}/comments", tag = "comments",
    params(("id" = Uuid, Path, description = "The post.")),
    request_body = WriteComment,
    responses((status = 201, description = "Written.", body = Comment)),
    security(("bearer" = []))
)]
pub async fn write_comment(
    State(app): State<App>,
    Id(post_id): Id<PostId>,
    WriteRequestWith { request, fields }: WriteRequestWith<WriteComment>,
) -> Result<Response, Problem> {
    let (body, reader, now) = (body(&fields.text)?, request.by.id, Utc::now());
    // One reading of the post serves all that is decided.
    let commented = app.executor.load::<Post>(post_id.0).await?;
    let board = match commented.board {
        Some(placement) => Some(TargetBoard::of(&app, placement.board_id).await?),
        None => None,
    };
    let post = CommentedPost {
        is_open: facts::post_is_open(&app, &commented, reader).await?,
        board_is_open: board.as_ref().is_none_or(|target| target.board.is_open(now)),
        is_anonymous: commented.is_anonymous(),
    };
    let parent = parent(&app, fields.parent_id, reader).await?;
    let Voice { request, by } = Voice::under(&app, request, post_id, &commented).await?;
    let by_post_author = commented.author_id == by;
    let command = CommentCommand::Write { post_id, post, by, parent, body };
    let id = Uuid::now_v7();
    let answer = app.executor.execute::<comment::Comment>(id, command, &request.envelope).await;
    let answer = answer.map_err(|error| match (error, &board) {
        (CommandError::Refused(CommentRefusal::BoardClosed), Some(target)) => target.closed(now),
        (error, _) => naming_the_parent(error),
    })?;
    let committed = request.committed(&app, &answer);
    let location = format!("/v1/comments/{}", answer.id);
    Ok(committed.created(&location, answer.version, Comment::written(answer, &request.by, by_post_author)))
}

async fn parent(app: &App, id: Option<Uuid>, reader: UserId) -> Result<Option<Parent>, Problem> {
    let Some(id) = id.map(CommentId) else { return Ok(None) };
    let found = facts::open_comment(app, id, reader).await?;
    let is_open = found.is_some();
    let comment = found.unwrap_or_default();
    Ok(Some(Parent { id, is_open, post_id: comment.post_id, root_id: comment.root_id }))
}

fn naming_the_parent(error: CommandError<comment::Comment>) -> Problem {
    if let CommandError::Refused(
        refusal @ (CommentRefusal::ParentNotFound | CommentRefusal::ParentUnderAnotherPost),
    ) = &error
    {
        let field = FieldError::at("/parent_id", refusal.code(), refusal.to_string());
        return Problem::from(error).with_errors(vec![field]);
    }
    error.into()
}

/// Read a comment
#[utoipa::path(
    get, path = "/v1/comments/{id}", tag = "comments",
    params(("id" = Uuid, Path, description = "The comment.")),
    responses((status = 200, description = "The comment.", body = Comment)),
    security((), ("bearer" = []))
)]
pub async fn get_comment(
    State(app): State<App>,
    Id(id): Id<CommentId>,
    reader: Reader,
) -> Result<Response, Problem> {
    let fresh = reader.see(&app, &["comments", "posts"]).await;
    let comment = lists::readable(&app, id, &reader, &fresh).await?;
    let (version, mut shown) = (comment.version, Comment::from(comment));
    mine::mark_comments(&app, &reader, std::slice::from_mut(&mut shown)).await?;
    Ok(fresh.one(version, shown))
}

/// Change what a comment says
#[utoipa::path(
    patch, path = "/v1/comments/{id}", tag = "comments",
    params(("id" = Uuid, Path, description = "The comment.")),
    request_body = EditComment,
    responses((status = 200, description = "Edited.", body = EditedComment)),
    security(("bearer" = []))
)]
pub async fn edit_comment(
    State(app): State<App>,
    Id(id): Id<CommentId>,
    WriteRequestWith { request, fields }: WriteRequestWith<EditComment>,
) -> Result<Response, Problem> {
    let body = body(&fields.text)?;
    let Voice { request, by } = voice(&app, request, id).await?;
    let command = CommentCommand::Edit { by, body };
    let answer = app.executor.execute::<comment::Comment>(id.0, command, &request.envelope).await?;
    Ok(request.committed(&app, &answer).changed(answer.version, EditedComment::from(answer)))
}

/// Delete a comment
#[utoipa::path(
    delete, path = "/v1/comments/{id}", tag = "comments",
    params(("id" = Uuid, Path, description = "The comment.")),
    responses((status = 204, description = "Deleted, now or before.")),
    security(("bearer" = []))
)]
pub async fn delete_comment(
    State(app): State<App>,
    Id(id): Id<CommentId>,
    request: WriteRequest,
) -> Result<Response, Problem> {
    let Voice { request, by } = voice(&app, request, id).await?;
    let command = CommentCommand::Delete { by };
    let answer = app.executor.execute::<comment::Comment>(id.0, command, &request.envelope).await?;
    Ok(request.committed(&app, &answer).done())
}

async fn voice(app: &App, request: WriteRequest, id: CommentId) -> Result<Voice, Problem> {
    let comment = app.executor.load::<comment::Comment>(id.0).await?;
    Voice::known(app, request, comment.post_id, comment.anonymous).await
}
