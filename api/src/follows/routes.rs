//! One person following another. Repeats are harmless both ways.

use crate::app::App;
use crate::edge::path::HandleKey;
use crate::edge::{Asked, Problem, facts};
use axum::extract::State;
use axum::response::Response;
use domain::follow::{Follow, FollowCommand};
use domain::value::{FollowId, UserId};

/// Follow a person
///
/// Brings their recent posts into the caller's timeline.
#[utoipa::path(
    put, path = "/v1/users/{handle}/follow", tag = "follows",
    params(("handle" = String, Path, description = "Whom to follow.")),
    responses((status = 204, description = "Followed, now or before.")),
    security(("bearer" = []))
)]
pub async fn follow(
    State(app): State<App>,
    HandleKey(handle): HandleKey,
    asked: Asked,
) -> Result<Response, Problem> {
    let follower_id = asked.by.id;
    let followee_id = facts::user_of_handle(&app, &handle).await?;
    let followee_is_active = facts::is_active(&app, followee_id).await?;
    let command = FollowCommand::Follow { follower_id, followee_id, followee_is_active };
    execute(&app, &asked, follower_id, followee_id, command).await
}

/// Follow a person no longer
#[utoipa::path(
    delete, path = "/v1/users/{handle}/follow", tag = "follows",
    params(("handle" = String, Path, description = "Whom not to follow any more.")),
    responses((status = 204, description = "Not followed any more.")),
    security(("bearer" = []))
)]
pub async fn unfollow(
    State(app): State<App>,
    HandleKey(handle): HandleKey,
    asked: Asked,
) -> Result<Response, Problem> {
    let follower_id = asked.by.id;
    let followee_id = facts::user_of_handle(&app, &handle).await?;
    let command = FollowCommand::Unfollow { follower_id, followee_id };
    execute(&app, &asked, follower_id, followee_id, command).await
}

/// Take a follower off
#[utoipa::path(
    delete, path = "/v1/me/followers/{handle}", tag = "follows",
    params(("handle" = String, Path, description = "Who shall not follow the caller any more.")),
    responses((status = 204, description = "No follower any more.")),
    security(("bearer" = []))
)]
pub async fn remove_follower(
    State(app): State<App>,
    HandleKey(handle): HandleKey,
    asked: Asked,
) -> Result<Response, Problem> {
    let followee_id = asked.by.id;
    let follower_id = facts::user_of_handle(&app, &handle).await?;
    let command = FollowCommand::Unfollow { follower_id, followee_id };
    execute(&app, &asked, follower_id, followee_id, command).await
}

async fn execute(
    app: &App,
    asked: &Asked,
    follower: UserId,
    followee: UserId,
    command: FollowCommand,
) -> Result<Response, Problem> {
    let id = FollowId::of(follower, followee);
    let answer = app.executor.execute::<Follow>(id.0, command, &asked.unversioned()).await?;
    Ok(asked.committed(app, &answer).done())
}
