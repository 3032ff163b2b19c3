//! One person's like of one post or comment. Repeats are harmless both ways.

use crate::aliases::voice::Voice;
use crate::app::App;
use crate::edge::path::{Id, InPath};
use crate::edge::{Problem, WriteRequest, facts};
use axum::extract::State;
use axum::response::Response;
use domain::comment::Comment;
use domain::like::{Like, LikeCommand, Target};
use domain::post::Post;
use domain::value::{CommentId, LikeId, PostId, UserId};
use event_log::event_store::Loaded;
use std::sync::Arc;

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
    request: WriteRequest,
) -> Result<Response, Problem> {
    like(&app, request, Target::Post(post)).await
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
    request: WriteRequest,
) -> Result<Response, Problem> {
    unlike(&app, request, Target::Post(post)).await
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
    request: WriteRequest,
) -> Result<Response, Problem> {
    like(&app, request, Target::Comment(comment)).await
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
    request: WriteRequest,
) -> Result<Response, Problem> {
    unlike(&app, request, Target::Comment(comment)).await
}

/// The target of a like, loaded once: the name under which the target is liked and the fact that it is there
/// must come from the same reading.
enum LoadedTarget {
    Post(PostId, Arc<Loaded<Post>>),
    Comment(Arc<Loaded<Comment>>),
}

impl LoadedTarget {
    async fn load(app: &App, target: Target) -> Result<Self, Problem> {
        Ok(match target {
            Target::Post(id) => Self::Post(id, app.executor.load::<Post>(id.0).await?),
            Target::Comment(id) => Self::Comment(app.executor.load::<Comment>(id.0).await?),
        })
    }

    fn ever_was(&self) -> bool {
        match self {
            Self::Post(_, post) => post.published,
            Self::Comment(comment) => comment.written,
        }
    }

    async fn is_open(&self, app: &App, reader: UserId) -> Result<bool, Problem> {
        match self {
            Self::Post(_, post) => facts::post_is_open(app, post, reader).await,
            Self::Comment(comment) => facts::comment_is_open(app, comment, reader).await,
        }
    }

    /// Returns the post that the target is or stands under, if the target is anonymous.
    fn anonymous_under(&self) -> Option<PostId> {
        match self {
            Self::Post(id, post) => post.is_anonymous().then_some(*id),
            Self::Comment(comment) => comment.anonymous.then_some(comment.post_id),
        }
    }
}

async fn like(app: &App, request: WriteRequest, target: Target) -> Result<Response, Problem> {
    let loaded = LoadedTarget::load(app, target).await?;
    let is_open = loaded.is_open(app, request.by.id).await?;
    let Voice { request, by } = match loaded.anonymous_under() {
        // A target that is not there gives nobody an alias.
        Some(post) if is_open => {
            let alias = app.vault.aliases.for_post(request.by.id, post).await?;
            Voice::alias(app, request, alias)
        }
        Some(post) => Voice::known(app, request, post, true).await?,
        None => Voice::own(request),
    };
    let command = LikeCommand::Like { user_id: by, target, target_is_open: is_open };
    execute(app, &request, LikeId::of(by, target), command).await
}

async fn unlike(app: &App, request: WriteRequest, target: Target) -> Result<Response, Problem> {
    let loaded = LoadedTarget::load(app, target).await?;
    if !loaded.ever_was() {
        let (code, detail) = match target {
            Target::Post(_) => PostId::NOT_FOUND,
            Target::Comment(_) => CommentId::NOT_FOUND,
        };
        return Err(Problem::not_found(code, detail));
    }
    let Voice { request, by } = match loaded.anonymous_under() {
        Some(post) => Voice::known(app, request, post, true).await?,
        None => Voice::own(request),
    };
    let command = LikeCommand::Unlike { user_id: by, target };
    execute(app, &request, LikeId::of(by, target), command).await
}

async fn execute(
    app: &App,
    request: &WriteRequest,
    id: LikeId,
    command: LikeCommand,
) -> Result<Response, Problem> {
    let answer = app.executor.execute::<Like>(id.0, command, &request.unversioned()).await?;
    Ok(request.committed(app, &answer).done())
}
