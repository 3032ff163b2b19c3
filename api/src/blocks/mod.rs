//! Blocking and muting: whom a person keeps away.

mod lists;
mod routes;

use crate::app::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// This resource's routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(routes::block, routes::unblock))
        .routes(routes!(routes::mute, routes::unmute))
        .routes(routes!(lists::list_blocks))
        .routes(routes!(lists::list_mutes))
}
