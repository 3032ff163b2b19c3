//! Likes of posts and comments: given, taken back, listed.

pub mod dto;
mod lists;
mod routes;

use crate::app::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// This resource's routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(routes::like_post, routes::unlike_post))
        .routes(routes!(routes::like_comment, routes::unlike_comment))
        .routes(routes!(lists::list_likes_of_post))
        .routes(routes!(lists::list_likes_of_comment))
        .routes(routes!(lists::list_likes_of_user))
}
