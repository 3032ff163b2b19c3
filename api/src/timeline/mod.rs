//! The timeline: own and followed people's posts.

mod pages;
mod routes;

pub use pages::Pages;

use crate::app::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// This resource's routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(routes::get_timeline))
}
