//! Tags: what people write about, what is trending, and following a tag.

pub mod dto;
mod follows;
pub mod posts;
mod routes;
pub mod trending;

pub use trending::Trends;

use crate::app::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// This resource's routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(routes::list_tags))
        .routes(routes!(trending::list_trending_tags))
        .routes(routes!(routes::get_tag))
        .routes(routes!(posts::list_posts_of_tag))
        .routes(routes!(follows::follow_tag, follows::unfollow_tag))
        .routes(routes!(follows::list_followed_tags))
        .routes(routes!(posts::list_posts_of_followed_tags))
}
