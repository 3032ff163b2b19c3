//! Leaving, and coming back.

mod dto;
mod routes;

pub use routes::come_back_link;

use crate::app::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// This resource's routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(routes::withdraw)).routes(routes!(routes::come_back))
}
