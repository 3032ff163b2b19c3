//! Boards: places to post, read at any hour, written on at theirs.
//!
//! Reading order: [`place`] (a board as who writes there meets it), [`dto`], [`routes`] (boards themselves), [`posts`]
//! (what stands on one).

mod dto;
mod place;
mod posts;
mod routes;

pub use place::Place;

use crate::app::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// This resource's routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(routes::list_boards))
        .routes(routes!(routes::get_board, routes::set_board))
        .routes(routes!(posts::list_posts_of_board))
}
