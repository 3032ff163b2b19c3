//! Keeping a person away, and letting them back. Repeats are harmless.

use crate::app::App;
use crate::edge::path::HandleKey;
use crate::edge::{Problem, WriteRequest, facts};
use axum::extract::State;
use axum::response::Response;
use domain::blocklist::{Blocklist, BlocklistCommand};
use domain::follow::{Follow, FollowCommand};
use domain::value::{BlocklistId, FollowId, UserId};
use event_log::event_store::{Answer, Envelope};

/// Block a person
///
/// Neither of the two sees anything of the other from now on, and neither follows the other any more. The
/// blocked person is not told. Anonymous boards are left out: a gap there would tell who wrote the missing
/// post.
#[utoipa::path(
    put, path = "/v1/users/{handle}/block", tag = "blocks",
    params(("handle" = String, Path, description = "Whom to block.")),
    responses((status = 204, description = "Blocked, now or before.")),
    security(("bearer" = []))
)]
pub async fn block(
    State(app): State<App>,
    HandleKey(handle): HandleKey,
    request: WriteRequest,
) -> Result<Response, Problem> {
    let by = request.by.id;
    let user_id = facts::user_of_handle(&app, &handle).await?;
    let blocked = execute(&app, BlocklistCommand::Block { by, user_id }, &request.unversioned()).await?;
    // The block holds by itself if the request is cut off in between, and a repeat does the rest.
    let theirs = unfollow(&app, &request, user_id, by, "+theirs").await?;
    let mine = unfollow(&app, &request, by, user_id, "+mine").await?;
    let latest = Answer { position: blocked.position.max(theirs.position).max(mine.position), ..blocked };
    Ok(request.committed(&app, &latest).done())
}

/// Block a person no longer
#[utoipa::path(
    delete, path = "/v1/users/{handle}/block", tag = "blocks",
    params(("handle" = String, Path, description = "Whom not to block any more.")),
    responses((status = 204, description = "Not blocked any more.")),
    security(("bearer" = []))
)]
pub async fn unblock(
    State(app): State<App>,
    HandleKey(handle): HandleKey,
    request: WriteRequest,
) -> Result<Response, Problem> {
    let (by, user_id) = (request.by.id, facts::user_of_handle(&app, &handle).await?);
    let answer = execute(&app, BlocklistCommand::Unblock { by, user_id }, &request.unversioned()).await?;
    Ok(request.committed(&app, &answer).done())
}

/// Mute a person
///
/// The caller sees nothing of the muted person in any list from now on. The muted person is not told, and
/// sees what they saw before.
#[utoipa::path(
    put, path = "/v1/users/{handle}/mute", tag = "blocks",
    params(("handle" = String, Path, description = "Whom to mute.")),
    responses((status = 204, description = "Muted, now or before.")),
    security(("bearer" = []))
)]
pub async fn mute(
    State(app): State<App>,
    HandleKey(handle): HandleKey,
    request: WriteRequest,
) -> Result<Response, Problem> {
    let (by, user_id) = (request.by.id, facts::user_of_handle(&app, &handle).await?);
    let answer = execute(&app, BlocklistCommand::Mute { by, user_id }, &request.unversioned()).await?;
    Ok(request.committed(&app, &answer).done())
}

/// Mute a person no longer
#[utoipa::path(
    delete, path = "/v1/users/{handle}/mute", tag = "blocks",
    params(("handle" = String, Path, description = "Whom not to mute any more.")),
    responses((status = 204, description = "Not muted any more.")),
    security(("bearer" = []))
)]
pub async fn unmute(
    State(app): State<App>,
    HandleKey(handle): HandleKey,
    request: WriteRequest,
) -> Result<Response, Problem> {
    let (by, user_id) = (request.by.id, facts::user_of_handle(&app, &handle).await?);
    let answer = execute(&app, BlocklistCommand::Unmute { by, user_id }, &request.unversioned()).await?;
    Ok(request.committed(&app, &answer).done())
}

async fn execute(
    app: &App,
    command: BlocklistCommand,
    envelope: &Envelope,
) -> Result<Answer<Blocklist>, Problem> {
    let (BlocklistCommand::Block { by, .. }
    | BlocklistCommand::Unblock { by, .. }
    | BlocklistCommand::Mute { by, .. }
    | BlocklistCommand::Unmute { by, .. }) = command;
    Ok(app.executor.execute::<Blocklist>(BlocklistId::of(by).0, command, envelope).await?)
}

async fn unfollow(
    app: &App,
    request: &WriteRequest,
    follower_id: UserId,
    followee_id: UserId,
    suffix: &str,
) -> Result<Answer<Follow>, Problem> {
    let id = FollowId::of(follower_id, followee_id);
    let command = FollowCommand::Unfollow { follower_id, followee_id };
    Ok(app.executor.execute::<Follow>(id.0, command, &request.second_envelope(suffix, None)).await?)
}
