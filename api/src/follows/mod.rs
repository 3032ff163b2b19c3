//! Following: begun, asked for where an account is private, ended by either side, listed.

mod lists;
mod routes;

use crate::app::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// This resource's routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(routes::follow, routes::unfollow))
        .routes(routes!(routes::remove_follower))
        .routes(routes!(lists::list_follow_requests))
        .routes(routes!(routes::accept_follow_request, routes::refuse_follow_request))
        .routes(routes!(lists::list_followers))
        .routes(routes!(lists::list_following))
}
