//! Facts about other aggregates that a command needs, from the log itself (cached), never from a read
//! model, which may be behind.

use super::path::USER_NOT_FOUND;
use super::problem::Problem;
use crate::app::App;
use domain::blocklist::Blocklist;
use domain::comment::Comment;
use domain::follow::{Follow, Followee};
use domain::post::Post;
use domain::user::{HANDLE, User};
use domain::value::{BlocklistId, CommentId, FollowId, PostId, UserId};
use event_log::event_store::{CommandError, Loaded};
use std::sync::Arc;
use uuid::Uuid;

/// The user whose handle this is, whether or not they have left.
///
/// # Errors
/// 404 if the handle is nobody's.
pub async fn user_of_handle(app: &App, key: &str) -> Result<UserId, Problem> {
    let user = app.executor.claimed(HANDLE, key).await?;
    user.map(UserId).ok_or_else(|| Problem::not_found(USER_NOT_FOUND.0, USER_NOT_FOUND.1))
}

/// Checks that a handle is free. This saves work where the handle can't be had anyway; between two callers
/// who are as quick the claim in the log decides. `by` may have the handle already.
///
/// # Errors
/// 409 if another person has the handle, or had it and was forgotten less than a year ago.
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

/// True if the person can act and be met.
///
/// # Errors
/// The store's errors.
pub async fn is_active(app: &App, user: UserId) -> Result<bool, Problem> {
    Ok(app.executor.load::<User>(user.0).await?.state.is_active())
}

/// True if neither of the two blocks the other.
///
/// # Errors
/// The store's errors.
pub async fn may_meet(app: &App, one: UserId, other: UserId) -> Result<bool, Problem> {
    Ok(one == other || !(blocks(app, one, other).await? || blocks(app, other, one).await?))
}

async fn blocks(app: &App, by: UserId, user: UserId) -> Result<bool, Problem> {
    Ok(app.executor.load::<Blocklist>(BlocklistId::of(by).0).await?.state.blocked.contains(&user))
}

/// The facts about a person whom another person wants to follow.
///
/// # Errors
/// The store's errors.
pub async fn followee(app: &App, follower: UserId, followee: UserId) -> Result<Followee, Problem> {
    let user = app.executor.load::<User>(followee.0).await?;
    Ok(Followee {
        is_there: user.is_active() && !blocks(app, followee, follower).await?,
        is_private: user.private,
        is_blocked: blocks(app, follower, followee).await?,
    })
}

/// The post, if `reader` can read it now: it is there, its author has not left, neither blocks the other, and
/// where only followers may read it, `reader` is one. An anonymous post is for everyone.
///
/// # Errors
/// The store's errors.
pub async fn open_post(
    app: &App,
    post: PostId,
    reader: UserId,
) -> Result<Option<Arc<Loaded<Post>>>, Problem> {
    let post = app.executor.load::<Post>(post.0).await?;
    Ok(post_is_open(app, &post, reader).await?.then_some(post))
}

/// True if `reader` can read the post now, as it was loaded.
///
/// # Errors
/// The store's errors.
pub async fn post_is_open(app: &App, post: &Post, reader: UserId) -> Result<bool, Problem> {
    Ok(post.is_open()
        && (post.is_anonymous() || post.author_id == reader || is_for(app, post, reader).await?))
}

async fn is_for(app: &App, post: &Post, reader: UserId) -> Result<bool, Problem> {
    let author = app.executor.load::<User>(post.author_id.0).await?;
    if !author.is_active() || !may_meet(app, post.author_id, reader).await? {
        return Ok(false);
    }
    if !author.private && !post.followers_only {
        return Ok(true);
    }
    Ok(app.executor.load::<Follow>(FollowId::of(reader, post.author_id).0).await?.state.following)
}

/// The comment, if `reader` can read it now: it is there, its author has not left, neither blocks the other, and
/// the post can be read.
///
/// # Errors
/// The store's errors.
pub async fn open_comment(
    app: &App,
    comment: CommentId,
    reader: UserId,
) -> Result<Option<Arc<Loaded<Comment>>>, Problem> {
    let comment = app.executor.load::<Comment>(comment.0).await?;
    Ok(comment_is_open(app, &comment, reader).await?.then_some(comment))
}

/// True if `reader` can read the comment now, as it was loaded.
///
/// # Errors
/// The store's errors.
pub async fn comment_is_open(app: &App, comment: &Comment, reader: UserId) -> Result<bool, Problem> {
    let author = comment.author_id;
    Ok(comment.is_open()
        && (comment.anonymous || (is_active(app, author).await? && may_meet(app, author, reader).await?))
        && open_post(app, comment.post_id, reader).await?.is_some())
}
