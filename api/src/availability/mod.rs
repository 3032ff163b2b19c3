//! Whether a handle or an e-mail address is free, asked while a form is filled in.

pub mod dto;
mod routes;

use crate::app::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// This resource's routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(routes::check_availability))
}
