//! One person following another. Repeats are harmless both ways.

use crate::app::App;
use crate::edge::path::HandleKey;
use crate::edge::{Problem, WriteRequest, facts};
use axum::extract::State;
use axum::response::Response;
use domain::follow::{Follow, FollowCommand};
use domain::value::{FollowId, UserId};

/// Follow a person
///
/// The person's recent posts come into the caller's timeline. A person whose account is private is asked
/// first.
#[utoipa::path(
    put, path = "/v1/users/{handle}/follow", tag = "follows",
    params(("handle" = String, Path, description = "Whom to follow.")),
    responses(
        (status = 202, description = "Asked, now or before: they decide."),
        (status = 204, description = "Followed, now or before.")
    ),
    security(("bearer" = []))
)]
pub async fn follow(
    State(app): State<App>,
    HandleKey(handle): HandleKey,
    request: WriteRequest,
) -> Result<Response, Problem> {
    let follower_id = request.by.id;
    let followee_id = facts::user_of_handle(&app, &handle).await?;
    let followee = facts::followee(&app, follower_id, followee_id).await?;
    let command = FollowCommand::Follow { follower_id, followee_id, followee };
    execute(&app, &request, follower_id, followee_id, command).await
}

/// Follow a person no longer, or ask no longer to
#[utoipa::path(
    delete, path = "/v1/users/{handle}/follow", tag = "follows",
    params(("handle" = String, Path, description = "Whom not to follow any more.")),
    responses((status = 204, description = "Not followed any more.")),
    security(("bearer" = []))
)]
pub async fn unfollow(
    State(app): State<App>,
    HandleKey(handle): HandleKey,
    request: WriteRequest,
) -> Result<Response, Problem> {
    let follower_id = request.by.id;
    let followee_id = facts::user_of_handle(&app, &handle).await?;
    let command = FollowCommand::Unfollow { follower_id, followee_id };
    execute(&app, &request, follower_id, followee_id, command).await
}

/// Remove a follower of the caller
#[utoipa::path(
    delete, path = "/v1/me/followers/{handle}", tag = "follows",
    params(("handle" = String, Path, description = "Who shall not follow the caller any more.")),
    responses((status = 204, description = "No follower any more.")),
    security(("bearer" = []))
)]
pub async fn remove_follower(
    State(app): State<App>,
    HandleKey(handle): HandleKey,
    request: WriteRequest,
) -> Result<Response, Problem> {
    let followee_id = request.by.id;
    let follower_id = facts::user_of_handle(&app, &handle).await?;
    let command = FollowCommand::Unfollow { follower_id, followee_id };
    execute(&app, &request, follower_id, followee_id, command).await
}

/// Accept a person's request to follow the caller
#[utoipa::path(
    put, path = "/v1/me/follow-requests/{handle}", tag = "follows",
    params(("handle" = String, Path, description = "Who has asked.")),
    responses((status = 204, description = "They follow, now or before.")),
    security(("bearer" = []))
)]
pub async fn accept_follow_request(
    State(app): State<App>,
    HandleKey(handle): HandleKey,
    request: WriteRequest,
) -> Result<Response, Problem> {
    let followee_id = request.by.id;
    let follower_id = facts::user_of_handle(&app, &handle).await?;
    execute(&app, &request, follower_id, followee_id, FollowCommand::Accept { follower_id, followee_id })
        .await
}

/// Refuse a person's request to follow the caller
#[utoipa::path(
    delete, path = "/v1/me/follow-requests/{handle}", tag = "follows",
    params(("handle" = String, Path, description = "Who has asked.")),
    responses((status = 204, description = "Refused. They are not told.")),
    security(("bearer" = []))
)]
pub async fn refuse_follow_request(
    State(app): State<App>,
    HandleKey(handle): HandleKey,
    request: WriteRequest,
) -> Result<Response, Problem> {
    let followee_id = request.by.id;
    let follower_id = facts::user_of_handle(&app, &handle).await?;
    execute(&app, &request, follower_id, followee_id, FollowCommand::Refuse { follower_id, followee_id })
        .await
}

async fn execute(
    app: &App,
    request: &WriteRequest,
    follower: UserId,
    followee: UserId,
    command: FollowCommand,
) -> Result<Response, Problem> {
    let id = FollowId::of(follower, followee);
    let answer = app.executor.execute::<Follow>(id.0, command, &request.unversioned()).await?;
    let committed = request.committed(app, &answer);
    Ok(if answer.state.requested { committed.accepted() } else { committed.done() })
}
