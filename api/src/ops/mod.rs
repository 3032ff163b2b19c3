//! Probes and metrics for the people who run the service: is it there, can it serve, how is it doing.
//!
//! Reading order: [`health`] (the parts that are looked at, and how often), [`port`] (the port for probes and
//! metrics), [`routes`] (the signs of life that stay public).

mod health;
mod port;
mod routes;

pub use health::Health;
pub use port::router;

use crate::app::App;
use crate::feature::{Feature, Topic};
use crate::personal::Personal;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The feature of the signs of life.
pub struct Ops;

impl Feature for Ops {
    fn topic(&self) -> Option<Topic> {
        Some(("ops", "For those who run the service."))
    }

    fn personal(&self) -> Personal {
        Personal::NOTHING
    }

    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new()
            .routes(routes!(routes::ping))
            .routes(routes!(routes::healthz))
            .routes(routes!(routes::readyz))
    }

    /// The costs of the probes are 0: a probe is to learn the state, however often it asks.
    fn costs(&self) -> &'static [(&'static str, u32)] {
        &[("/v1/ping", 0), ("/healthz", 0), ("/readyz", 0)]
    }
}
