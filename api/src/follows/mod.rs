//! Following: begun, ended by either side, listed.

mod lists;
mod routes;

use crate::app::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// This resource's routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(routes::follow, routes::unfollow))
        .routes(routes!(routes::remove_follower))
        .routes(routes!(lists::list_followers))
        .routes(routes!(lists::list_following))
}
