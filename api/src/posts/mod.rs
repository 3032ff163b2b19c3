//! Posts: published, read, edited and deleted.

pub mod dto;
mod lists;
mod photos;
mod pins;
pub mod routes;
mod versions;

use crate::app::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// This resource's routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(lists::list_posts, routes::publish_post))
        .routes(routes!(routes::get_post, routes::replace_post, routes::edit_post, routes::delete_post))
        .routes(routes!(lists::list_posts_of_user))
        .routes(routes!(pins::pin_post, pins::unpin_post))
        .routes(routes!(pins::list_pins))
        .routes(routes!(versions::list_versions))
        .routes(routes!(photos::list_photos))
        .routes(routes!(photos::get_photo))
        .routes(routes!(photos::list_photos_of_user))
}
