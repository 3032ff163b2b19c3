//! Facts about other aggregates that a command needs, from the log itself (cached), never from a read
//! model, which may be behind.

use super::path::USER_NOT_FOUND;
use super::problem::Problem;
use crate::app::App;
use domain::comment::Comment;
use domain::like::Target;
use domain::post::Post;
use domain::user::{HANDLE, User};
use domain::value::{CommentId, PostId, UserId};
use infra::event_store::CommandError;
use uuid::Uuid;

/// Whose handle this is, whether or not they have left.
///
/// # Errors
/// 404 if nobody's.
pub async fn user_of_handle(app: &App, key: &str) -> Result<UserId, Problem> {
    let user = app.executor.claimed(HANDLE, key).await?;
    user.map(UserId).ok_or_else(|| Problem::not_found(USER_NOT_FOUND.0, USER_NOT_FOUND.1))
}

/// Saves work where a handle can't be had anyway; the claim in the log is what decides between two who are
/// as quick. `by` may have it already.
///
/// # Errors
/// 409 if someone has it, or had it and was forgotten less than a year ago.
pub async fn handle_must_be_free(app: &App, handle_key: &str, by: Option<Uuid>) -> Result<(), Problem> {
    let owner = app.executor.claimed(HANDLE, handle_key).await?;
    let is_free = match owner {
        Some(owner) => Some(owner) == by,
        None => !app.vault.handles.is_retired(handle_key).await?,
    };
    if is_free {
        return Ok(());
    }
    Err(CommandError::<User>::ClaimTaken { kind: HANDLE.to_owned() }.into())
}

/// Whether the person can act and be met.
///
/// # Errors
/// The store's.
pub async fn is_active(app: &App, user: UserId) -> Result<bool, Problem> {
    Ok(app.executor.load::<User>(user.0).await?.state.is_active())
}

/// Whether the post can be read now: it is there and its author has not left.
///
/// # Errors
/// The store's.
pub async fn post_is_open(app: &App, post: PostId) -> Result<bool, Problem> {
    let post = app.executor.load::<Post>(post.0).await?.state;
    Ok(post.is_open() && is_active(app, post.author_id).await?)
}

/// The comment, if it can be read now: it is there and neither its author has left nor its post gone.
///
/// # Errors
/// The store's.
pub async fn open_comment(app: &App, comment: CommentId) -> Result<Option<Comment>, Problem> {
    let comment = app.executor.load::<Comment>(comment.0).await?.state;
    let open = comment.is_open()
        && is_active(app, comment.author_id).await?
        && post_is_open(app, comment.post_id).await?;
    Ok(open.then_some(comment))
}

/// Whether the thing to like can be read now.
///
/// # Errors
/// The store's.
pub async fn target_is_open(app: &App, target: Target) -> Result<bool, Problem> {
    match target {
        Target::Post(post) => post_is_open(app, post).await,
        Target::Comment(comment) => Ok(open_comment(app, comment).await?.is_some()),
    }
}
