//! Search: posts, people and tags found by words, posts by closeness, too.

pub mod dto;
mod find;
pub mod posts;
pub mod routes;
pub mod similar;
pub mod suggest;

use crate::app::App;
use projections::search::embedder::Embedder;
use projections::search::engine::Engine;
use search_engine::Fed;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

/// What search asks.
#[derive(Clone)]
pub struct Search {
    /// Finds.
    pub engine: Arc<dyn Engine>,
    /// How far it is.
    pub fed: Fed,
    /// Makes vectors of what is asked, as it does of posts.
    pub embedder: Arc<dyn Embedder>,
    /// How far the engine is with these.
    pub vectors: Fed,
}

/// This resource's routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(posts::search_posts))
        .routes(routes!(similar::similar_posts))
        .routes(routes!(routes::search_people))
        .routes(routes!(routes::search_tags))
        .routes(routes!(suggest::suggest))
}
