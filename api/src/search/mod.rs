//! Search: posts, people and tags found by words.

pub mod dto;
mod find;
pub mod posts;
pub mod routes;
mod suggest;

use crate::app::App;
use infra::search::Fed;
use projections::search::engine::Engine;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

/// What search asks.
#[derive(Clone)]
pub struct Search {
    /// Finds.
    pub engine: Arc<dyn Engine>,
    /// How far it is.
    pub fed: Fed,
}

/// This resource's routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(posts::search_posts))
        .routes(routes!(routes::search_people))
        .routes(routes!(routes::search_tags))
        .routes(routes!(suggest::suggest))
}
