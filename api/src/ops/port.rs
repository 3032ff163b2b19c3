//! The port for the people who run the service, in every role: signs of life and metrics, and nothing else.
//! No route here asks the database: a scraper, however often it comes, costs a process nothing but the text.

use super::Health;
use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;

/// Returns the routes of this port.
pub fn router(health: Arc<Health>) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(async |State(health): State<Arc<Health>>| health.answer()))
        .route("/metrics", get(metrics))
        .with_state(health)
}

/// Answers with the metrics in Prometheus' text format.
async fn metrics() -> Response {
    let rendered = service::telemetry::install().render();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], rendered).into_response()
}
