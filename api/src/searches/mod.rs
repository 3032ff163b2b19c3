//! What people search for: their own searches, which they can have forgotten, and those of many.
//!
//! Reading order: [`routes`] (what one searched for lately), [`popular`] (what many do).

mod dto;
mod popular;
mod routes;

pub use dto::Search;
pub use popular::PopularSearches;

use crate::app::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// This resource's routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(routes::remember_search, routes::list_searches, routes::forget_searches))
        .routes(routes!(routes::forget_search))
        .routes(routes!(popular::list_popular_searches))
}
