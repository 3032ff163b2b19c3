//! Search: posts, people and tags found by words, posts by closeness, too.

pub mod dto;
mod find;
mod meant;
pub mod posts;
pub mod routes;
pub mod similar;
pub mod suggest;

use crate::app::App;
use crate::app::Parts;
use crate::feature::Worker;
use crate::feature::{Feature, Gauge};
use crate::feature::{Topic, Unable};
use crate::personal::Personal;
use crate::wiring::Wiring;
use crate::wiring::own_pool;
use event_log::status::gauge_search;
use projections::Projector;
use projections::search::SearchProjector;
use projections::search::embedder::Embedder;
use projections::search::engine::Engine;
use search_engine::Fed;
use search_engine::{Embedded, Feeder, Meilisearch, VectorFeeder, embedder};
use service::settings::Settings;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The parts of the search.
#[derive(Clone)]
pub struct Search {
    /// The engine that finds.
    pub engine: Arc<dyn Engine>,
    /// The position up to which the engine has been fed.
    pub fed: Fed,
    /// The embedder, which makes vectors of queries as well as of posts.
    pub embedder: Arc<dyn Embedder>,
    /// The position up to which the engine has been fed with vectors.
    pub vectors: Fed,
}

/// The search feature.
pub struct SearchFeature;

impl Feature for SearchFeature {
    fn topic(&self) -> Option<Topic> {
        Some(("search", "Posts, people and tags by words; posts by closeness."))
    }

    fn personal(&self) -> Personal {
        Personal::NOTHING
    }

    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new()
            .routes(routes!(posts::search_posts))
            .routes(routes!(similar::similar_posts))
            .routes(routes!(routes::search_people))
            .routes(routes!(routes::search_tags))
            .routes(routes!(suggest::suggest))
    }

    fn projectors(&self, _settings: &Settings) -> Vec<Arc<dyn Projector>> {
        vec![Arc::new(SearchProjector)]
    }

    fn equip(&self, wiring: &Wiring, parts: &mut Parts) -> Result<(), Unable> {
        let engine: Arc<dyn Engine> = match &wiring.settings.meili {
            // The engine may be away for now.
            Some(meili) => Arc::new(Meilisearch::new(meili, wiring.log_id)?),
            None => {
                let folder = wiring.settings.search_dir.as_deref();
                Arc::new(Embedded::open(folder, &wiring.log_id.to_string())?)
            }
        };
        let embedder = embedder::of(wiring.settings.embedder.as_ref())?;
        parts.put(Search { engine, fed: Fed::default(), embedder, vectors: Fed::default() });
        Ok(())
    }

    fn workers(&self, wiring: &Wiring, app: Option<&App>) -> Result<Vec<Worker>, Unable> {
        let Some(app) = app else { return Ok(vec![]) };
        let search = app.part::<Search>();
        let feeder = Feeder {
            pool: own_pool(&wiring.read_options, 1, true),
            engine: search.engine.clone(),
            progress: wiring.progress.clone(),
            fed: search.fed.clone(),
            shutdown: wiring.shutdown.clone(),
        };
        let vector_feeder = VectorFeeder {
            pool: own_pool(&wiring.read_options, 1, true),
            engine: search.engine.clone(),
            embedder: search.embedder.clone(),
            words: search.fed.clone(),
            fed: search.vectors.clone(),
            shutdown: wiring.shutdown.clone(),
        };
        Ok(vec![Box::pin(feeder.run()), Box::pin(vector_feeder.run())])
    }

    fn gauge(&self, wiring: &Wiring, app: Option<&App>) -> Option<Gauge> {
        let (pool, fed) = (wiring.pool.clone(), app?.part::<Search>().fed.clone());
        Some(Box::pin(async move { gauge_search(&pool, fed.position()).await }))
    }
}
