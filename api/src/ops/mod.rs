//! For those who run the service: is it there, can it serve, how is it doing.
//!
//! Reading order: [`health`] (what is looked at, and how often), [`port`] (where all of it is asked for), [`routes`]
//! (the signs of life that stay public).

mod health;
mod port;
mod routes;

pub use health::Health;
pub use port::router;

use crate::app::App;
use crate::feature::Feature;
use utoipa_axum::{router::OpenApiRouter, routes};

/// This feature.
pub struct Ops;

impl Feature for Ops {
    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new()
            .routes(routes!(routes::ping))
            .routes(routes!(routes::healthz))
            .routes(routes!(routes::readyz))
    }

    /// Whoever probes is to learn how it stands, however often.
    fn costs(&self) -> &'static [(&'static str, u32)] {
        &[("/v1/ping", 0), ("/healthz", 0), ("/readyz", 0)]
    }
}
