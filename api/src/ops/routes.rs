//! Signs of life.

use super::Health;
use super::readiness::Readiness;
use crate::app::App;
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Answer at once
#[utoipa::path(
    get, path = "/v1/ping", tag = "ops",
    responses((status = 200, description = "`pong`.", body = String, content_type = "text/plain"))
)]
pub async fn ping() -> &'static str {
    "pong"
}

/// Tell whether the process runs
#[utoipa::path(
    get, path = "/healthz", tag = "ops",
    responses((status = 200, description = "It runs.", body = String, content_type = "text/plain"))
)]
pub async fn healthz() -> &'static str {
    "ok"
}

/// Tell whether the process can serve
#[utoipa::path(
    get, path = "/readyz", tag = "ops",
    responses(
        (status = 200, description = "Send requests here.", body = Readiness),
        (status = 503, description = "Send requests elsewhere.", body = Readiness)
    )
)]
pub async fn readyz(State(app): State<App>) -> Response {
    let readiness = (app.part::<Health>().readiness)().await;
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(readiness)).into_response()
}

/// Metrics in Prometheus' text format
#[utoipa::path(
    get, path = "/metrics", tag = "ops",
    responses((status = 200, description = "Metrics.", body = String, content_type = "text/plain"))
)]
pub async fn metrics(State(app): State<App>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], (app.part::<Health>().metrics)().await)
        .into_response()
}
