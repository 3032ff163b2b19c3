//! Signs of life.

use super::health::{Health, Readiness};
use crate::app::App;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;

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
    app.part::<Arc<Health>>().answer()
}
