//! Comments on posts and replies to comments.

pub mod dto;
mod lists;
mod routes;

pub use lists::{readable, shown};

use crate::app::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// This resource's routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(lists::list_comments_of_post, routes::write_comment))
        .routes(routes!(routes::get_comment, routes::edit_comment, routes::delete_comment))
        .routes(routes!(lists::list_replies))
        .routes(routes!(lists::list_comments_of_user))
}
