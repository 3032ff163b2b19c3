//! People: registered and read.

pub mod dto;
mod routes;

use crate::app::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// This resource's routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(routes::list_users, routes::register))
        .routes(routes!(routes::get_user))
}
