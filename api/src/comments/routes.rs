//! One comment: write, read, edit, delete.

use super::dto::{Comment, EditComment, EditedComment, WriteComment, body};
use super::lists;
use crate::app::App;
use crate::edge::path::Id;
use crate::edge::problem::FieldError;
use crate::edge::{Asked, AskedWith, Problem, Reader, facts};
use axum::extract::State;
use axum::response::Response;
use domain::Refusal;
use domain::comment::{self, CommentCommand, CommentRefusal, CommentedPost, Parent};
use domain::value::{CommentId, PostId, UserId};
use infra::event_store::CommandError;
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
    AskedWith { asked, fields }: AskedWith<WriteComment>,
) -> Result<Response, Problem> {
    let by = asked.by.id;
    let found = facts::open_post(&app, post_id, by).await?;
    let by_post_author = found.as_ref().is_some_and(|post| post.author_id == by);
    let post = CommentedPost {
        is_open: found.is_some(),
        board_is_open: true,
        is_anonymous: found.is_some_and(|post| post.is_anonymous()),
    };
    let parent = parent(&app, fields.parent_id, by).await?;
    let command = CommentCommand::Write { post_id, post, by, parent, body: body(&fields.text)? };
    let id = Uuid::now_v7();
    let answer = app.executor.execute::<comment::Comment>(id, command, &asked.envelope).await;
    let answer = answer.map_err(naming_the_parent)?;
    let committed = asked.committed(&app, &answer);
    let location = format!("/v1/comments/{}", answer.id);
    Ok(committed.created(&location, answer.version, Comment::written(answer, &asked.by, by_post_author)))
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
    Ok(fresh.one(comment.version, Comment::from(comment)))
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
    AskedWith { asked, fields }: AskedWith<EditComment>,
) -> Result<Response, Problem> {
    let command = CommentCommand::Edit { by: asked.by.id, body: body(&fields.text)? };
    let answer = app.executor.execute::<comment::Comment>(id.0, command, &asked.envelope).await?;
    Ok(asked.committed(&app, &answer).changed(answer.version, EditedComment::from(answer)))
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
    asked: Asked,
) -> Result<Response, Problem> {
    let command = CommentCommand::Delete { by: asked.by.id };
    let answer = app.executor.execute::<comment::Comment>(id.0, command, &asked.envelope).await?;
    Ok(asked.committed(&app, &answer).done())
}
