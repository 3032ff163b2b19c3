//! One post: publish, read, edit, delete.

use super::dto::{EditPost, EditedPost, Post, PublishPost, ReplacePost, moved};
use super::mine;
use crate::aliases::voice::Voice;
use crate::app::App;
use crate::boards::TargetBoard;
use crate::edge::path::{Id, InPath};
use crate::edge::{FieldError, Problem, Reader, WriteRequest, WriteRequestWith};
use crate::media::shown::{self, Shower};
use axum::extract::State;
use axum::response::Response;
use chrono::Utc;
use domain::post::{self, Placement, PostBody, PostCommand, PostRefusal, Where};
use domain::value::{PostId, UserId};
use event_log::event_store::{Answer, CommandError, Envelope};
use photos::media::Pokes;
use projections::posts::{self, Byline, query};
use vault::views::Views;

/// The number of attempts to build a partial edit anew on changes that others wrote in between.
const ATTEMPTS: usize = 8;

/// Publish a post
#[utoipa::path(
    post, path = "/v1/posts", tag = "posts",
    request_body = PublishPost,
    responses((status = 201, description = "Published.", body = Post)),
    security(("bearer" = []))
)]
pub async fn publish_post(
    State(app): State<App>,
    WriteRequestWith { request, fields }: WriteRequestWith<PublishPost>,
) -> Result<Response, Problem> {
    let now = Utc::now();
    let id = moved(&fields, &request.by, now)?;
    let target = match &fields.board {
        Some(slug) => Some(TargetBoard::named(&app, slug).await?),
        None => None,
    };
    let board = target.as_ref().map(|target| target.at(now));
    if let (Some(target), None) = (&target, request.key())
        && !target.board.is_open(now)
    {
        return Err(target.closed(now));
    }
    let (id, Voice { request, by }) = match board {
        Some(Where { placement: Placement { anonymous: true, .. }, .. }) => {
            must_be_new(&fields)?;
            let (id, alias) = app.vault.aliases.for_new_post(request.by.id, request.key()).await?;
            (id, Voice::alias(&app, request, alias))
        }
        Some(_) | None => (PostId(id), Voice::own(request)),
    };
    let shower = Shower::of(request.by.id, by, id);
    let photos = shown::photos(&app, shower, &fields.photos).await?;
    let body = fields.body(photos)?;
    shown::keep_to_one_post(&app, shower, &body.photos).await?;
    let original_published_at = fields.published_at;
    let command = PostCommand::Publish { by, body, board, original_published_at };
    let answer = app.executor.execute::<post::Post>(id.0, command, &request.envelope).await;
    let answer = answer.map_err(|error| match (error, &target) {
        (CommandError::Refused(PostRefusal::BoardClosed), Some(target)) => target.closed(now),
        (error, _) => error.into(),
    })?;
    let committed = request.committed(&app, &answer);
    let location = format!("/v1/posts/{}", answer.id);
    Ok(committed.created(&location, answer.version, Post::published(answer, &request.by, app.part())))
}

/// Read a post
#[utoipa::path(
    get, path = "/v1/posts/{id}", tag = "posts",
    params(("id" = Uuid, Path, description = "The post.")),
    responses((status = 200, description = "The post.", body = Post)),
    security((), ("bearer" = []))
)]
pub async fn get_post(
    State(app): State<App>,
    Id(id): Id<PostId>,
    reader: Reader,
) -> Result<Response, Problem> {
    let fresh = reader.see(&app, &["posts"]).await;
    match app.read(|| query::by_id(&app.reads, id, reader.viewer())).await? {
        Some(post) => {
            note_look(&app, &post, &reader);
            let (version, mut shown) = (post.version, Post::of(post, app.part()));
            mine::mark_posts(&app, &reader, std::slice::from_mut(&mut shown)).await?;
            Ok(fresh.one(version, shown))
        }
        None => Err(fresh.not_found(PostId::NOT_FOUND.0, PostId::NOT_FOUND.1)),
    }
}

/// Takes note of a person who looks at a post. An author of a named post does not count. An anonymous author
/// counts: a look that does not count would tell who the author is.
pub fn note_look(app: &App, post: &posts::Post, reader: &Reader) {
    let Some(viewer) = reader.onlooker() else { return };
    match &post.by {
        Byline::Author(author) if author.id == viewer => {}
        Byline::Author(_) | Byline::Alias(_) => app.part::<Views>().look(post.id, viewer),
    }
}

/// Replace all that a post says
#[utoipa::path(
    put, path = "/v1/posts/{id}", tag = "posts",
    params(("id" = Uuid, Path, description = "The post.")),
    request_body = ReplacePost,
    responses((status = 200, description = "Edited.", body = EditedPost)),
    security(("bearer" = []))
)]
pub async fn replace_post(
    State(app): State<App>,
    Id(id): Id<PostId>,
    WriteRequestWith { request, fields }: WriteRequestWith<ReplacePost>,
) -> Result<Response, Problem> {
    let person = request.by.id;
    let Voice { request, by } = voice(&app, request, id).await?;
    let shower = Shower::of(person, by, id);
    let photos = shown::photos(&app, shower, &fields.photos).await?;
    let body = fields.body(photos)?;
    shown::keep_to_one_post(&app, shower, &body.photos).await?;
    let answer = edit(&app, id, by, body, &request.envelope).await?;
    Ok(edited(&app, &request, answer))
}

/// Change some of what a post says
#[utoipa::path(
    patch, path = "/v1/posts/{id}", tag = "posts",
    params(("id" = Uuid, Path, description = "The post.")),
    request_body = EditPost,
    responses((status = 200, description = "Edited.", body = EditedPost)),
    security(("bearer" = []))
)]
pub async fn edit_post(
    State(app): State<App>,
    Id(id): Id<PostId>,
    WriteRequestWith { request, fields }: WriteRequestWith<EditPost>,
) -> Result<Response, Problem> {
    let person = request.by.id;
    let Voice { request, by } = voice(&app, request, id).await?;
    let shower = Shower::of(person, by, id);
    let photos = match &fields.photos {
        Some(photos) => Some(shown::photos(&app, shower, photos).await?),
        None => None,
    };
    if let Some(photos) = &photos {
        shown::keep_to_one_post(&app, shower, photos).await?;
    }
    for _ in 0..ATTEMPTS {
        let loaded = app.executor.load::<post::Post>(id.0).await?;
        if !loaded.state.published {
            return Err(Problem::not_found(PostId::NOT_FOUND.0, PostId::NOT_FOUND.1));
        }
        // The fields left out must stay as they were read, so the edit holds for that version only.
        let named = request.envelope.expected_versions.as_ref();
        let is_meant = named.is_none_or(|versions| versions.contains(&loaded.version));
        let expected_versions = if is_meant { Some(vec![loaded.version]) } else { named.cloned() };
        let envelope = Envelope { expected_versions, ..request.envelope.clone() };
        match edit(&app, id, by, fields.body(&loaded.state, photos.clone())?, &envelope).await {
            Ok(answer) => return Ok(edited(&app, &request, answer)),
            Err(CommandError::VersionMismatch { .. }) if is_meant => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(CommandError::<post::Post>::Contention.into())
}

fn edited(app: &App, request: &WriteRequest, answer: Answer<post::Post>) -> Response {
    // Photos that the post does not show any more are to be deleted.
    app.part::<Pokes>().poke(answer.position);
    request.committed(app, &answer).changed(answer.version, EditedPost::of(answer, app.part()))
}

async fn edit(
    app: &App,
    id: PostId,
    by: UserId,
    body: PostBody,
    envelope: &Envelope,
) -> Result<Answer<post::Post>, CommandError<post::Post>> {
    app.executor.execute(id.0, PostCommand::Edit { by, body }, envelope).await
}

async fn voice(app: &App, request: WriteRequest, id: PostId) -> Result<Voice, Problem> {
    let post = app.executor.load::<post::Post>(id.0).await?;
    Voice::known(app, request, id, post.is_anonymous()).await
}

/// Refuses an id or a time of another service on an anonymous post: a moved post has an author who is known
/// there.
fn must_be_new(fields: &PublishPost) -> Result<(), Problem> {
    let moved = [(fields.id.is_some(), "/id"), (fields.published_at.is_some(), "/published_at")];
    let errors: Vec<FieldError> = moved
        .into_iter()
        .filter(|(given, _)| *given)
        .map(|(_, pointer)| FieldError::at(pointer, "not_anonymous", "can't be given on an anonymous board"))
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(Problem::invalid(errors)) }
}

/// Delete a post
#[utoipa::path(
    delete, path = "/v1/posts/{id}", tag = "posts",
    params(("id" = Uuid, Path, description = "The post.")),
    responses((status = 204, description = "Deleted, now or before.")),
    security(("bearer" = []))
)]
pub async fn delete_post(
    State(app): State<App>,
    Id(id): Id<PostId>,
    request: WriteRequest,
) -> Result<Response, Problem> {
    let Voice { request, by } = voice(&app, request, id).await?;
    let command = PostCommand::Delete { by };
    let answer = app.executor.execute::<post::Post>(id.0, command, &request.envelope).await?;
    app.part::<Pokes>().poke(answer.position);
    Ok(request.committed(&app, &answer).done())
}
