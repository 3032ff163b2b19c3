//! The projections' routes.

use super::dto::{Projection, Standing};
use super::{rebuild, standings};
use crate::app::App;
use crate::edge::caller::READS_HISTORY;
use crate::edge::{Problem, Staff};
use crate::read_models::Standings;
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::user::Role;
use projections::retry;
use std::sync::Arc;

/// Tell how far everything has come
///
/// Needs the role `analyst` or `admin`, or an operator's token. The answer is as of a second ago at most.
#[utoipa::path(
    get, path = "/v1/projections", tag = "projections",
    responses((status = 200, description = "The log, the relay, search, and every projection.", body = Standing)),
    security(("bearer" = ["analyst"]), ("bearer" = ["admin"]))
)]
pub async fn list_projections(State(app): State<App>, staff: Staff) -> Result<Json<Arc<Standing>>, Problem> {
    staff.must_have_any(&READS_HISTORY)?;
    Ok(Json(app.part::<Standings>().read(&app).await?))
}

/// Try a projection's parked events again
///
/// Needs the role `admin`, or an operator's token. The process that keeps the projection up to date tries the
/// events within some seconds; asking again meanwhile changes nothing. Events that still can't be applied
/// stand in `parked` then.
#[utoipa::path(
    post, path = "/v1/projections/{name}/retry", tag = "projections",
    params(("name" = String, Path, description = "Which projection.", example = "posts")),
    responses((status = 202, description = "It will be tried.", body = Projection)),
    security(("bearer" = ["admin"]))
)]
pub async fn retry_parked_events(
    State(app): State<App>,
    staff: Staff,
    name: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    staff.must_have_any(&[Role::Admin])?;
    let name = known(&app, name)?;
    let stands = one(&app, name).await?;
    // Without parked events the request would wait for the next event that is parked.
    if stands.parked_count > 0 {
        retry::ask(&app.pool, name).await?;
        app.part::<Standings>().clear().await;
    }
    Ok((StatusCode::ACCEPTED, Json(stands)).into_response())
}

/// Rebuild a projection
///
/// Needs the role `admin`, or an operator's token. A process with the role `projector` builds a copy from the
/// first event beside the read model that serves; the copy takes its place when it has caught up. Asking
/// again while the rebuild waits or is underway changes nothing. `rebuilding_at` tells how far the copy is,
/// `rebuild` how the rebuild ended.
#[utoipa::path(
    post, path = "/v1/projections/{name}/rebuild", tag = "projections",
    params(("name" = String, Path, description = "Which projection.", example = "posts")),
    responses((status = 202, description = "It will be built.", body = Projection)),
    security(("bearer" = ["admin"]))
)]
pub async fn rebuild_projection(
    State(app): State<App>,
    staff: Staff,
    name: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let by = staff.must_have_any(&[Role::Admin])?;
    let name = known(&app, name)?;
    rebuild::ask(&app, name, by.map(|by| by.0)).await?;
    app.part::<Standings>().clear().await;
    Ok((StatusCode::ACCEPTED, Json(one(&app, name).await?)).into_response())
}

async fn one(app: &App, name: &str) -> Result<Projection, Problem> {
    let (_, _, projections) = standings::of(app, &[name]).await?;
    projections.into_iter().next().ok_or_else(not_found)
}

fn known(app: &App, name: Result<Path<String>, PathRejection>) -> Result<&str, Problem> {
    let Ok(Path(name)) = name else { return Err(not_found()) };
    app.part::<Standings>().named(&name).ok_or_else(not_found)
}

fn not_found() -> Problem {
    Problem::not_found("projection_not_found", "There is no such projection. GET /v1/projections names them.")
}
