//! Passwords: changed by who knows the old one, reset by who reads the account's mail.

pub mod dto;
mod routes;

use crate::app::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// This resource's routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(routes::change_password))
        .routes(routes!(routes::ask_reset))
        .routes(routes!(routes::reset))
}
