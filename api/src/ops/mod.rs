//! For those who run the service: is it there, can it serve, how is it doing.

pub(crate) mod readiness;
mod routes;

use crate::app::App;
use crate::feature::Feature;
use futures::future::BoxFuture;
use readiness::ReadinessSource;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Renders metrics in Prometheus' text format.
type MetricsSource = Arc<dyn Fn() -> BoxFuture<'static, String> + Send + Sync>;

/// How a node tells how it is doing.
pub(crate) struct Health {
    pub(crate) readiness: ReadinessSource,
    pub(crate) metrics: MetricsSource,
}

/// This feature.
pub struct Ops;

impl Feature for Ops {
    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new()
            .routes(routes!(routes::ping))
            .routes(routes!(routes::healthz))
            .routes(routes!(routes::readyz))
            .routes(routes!(routes::metrics))
    }
}
