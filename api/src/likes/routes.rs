//! One person's like of one thing. Repeats are harmless both ways.

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
    asked: WriteRequest,
) -> Result<Response, Problem> {
    like(&app, asked, Target::Post(post)).await
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
    asked: WriteRequest,
) -> Result<Response, Problem> {
    unlike(&app, asked, Target::Post(post)).await
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
    asked: WriteRequest,
) -> Result<Response, Problem> {
    like(&app, asked, Target::Comment(comment)).await
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
    asked: WriteRequest,
) -> Result<Response, Problem> {
    unlike(&app, asked, Target::Comment(comment)).await
}

/// The thing to like, as it was read once: in whose name it is liked must not be decided on another reading than
/// whether it is there.
enum Thing {
    Post(PostId, Arc<Loaded<Post>>),
    Comment(Arc<Loaded<Comment>>),
}

impl Thing {
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

    /// What it stands under, if that is anonymous.
    fn anonymous_under(&self) -> Option<PostId> {
        match self {
            Self::Post(id, post) => post.is_anonymous().then_some(*id),
            Self::Comment(comment) => comment.anonymous.then_some(comment.post_id),
        }
    }
}

async fn like(app: &App, asked: WriteRequest, target: Target) -> Result<Response, Problem> {
    let thing = Thing::load(app, target).await?;
    let is_open = thing.is_open(app, asked.by.id).await?;
    let Voice { asked, by } = match thing.anonymous_under() {
        // What is not there gives nobody an alias.
        Some(post) if is_open => {
            let alias = app.vault.aliases.for_post(asked.by.id, post).await?;
            Voice::alias(app, asked, alias)
        }
        Some(post) => Voice::known(app, asked, post, true).await?,
        None => Voice::own(asked),
    };
    let command = LikeCommand::Like { user_id: by, target, target_is_open: is_open };
    execute(app, &asked, LikeId::of(by, target), command).await
}

async fn unlike(app: &App, asked: WriteRequest, target: Target) -> Result<Response, Problem> {
    let thing = Thing::load(app, target).await?;
    if !thing.ever_was() {
        let (code, detail) = match target {
            Target::Post(_) => PostId::NOT_FOUND,
            Target::Comment(_) => CommentId::NOT_FOUND,
        };
        return Err(Problem::not_found(code, detail));
    }
    let Voice { asked, by } = match thing.anonymous_under() {
        Some(post) => Voice::known(app, asked, post, true).await?,
        None => Voice::own(asked),
    };
    let command = LikeCommand::Unlike { user_id: by, target };
    execute(app, &asked, LikeId::of(by, target), command).await
}

async fn execute(
    app: &App,
    asked: &WriteRequest,
    id: LikeId,
    command: LikeCommand,
) -> Result<Response, Problem> {
    let answer = app.executor.execute::<Like>(id.0, command, &asked.unversioned()).await?;
    Ok(asked.committed(app, &answer).done())
}
