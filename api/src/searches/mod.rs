//! Searches: a person's own, which they can have forgotten, and those that many people make.
//!
//! Reading order: [`routes`] (the caller's own searches), [`popular`] (searches of many people).

mod dto;
mod personal;
mod popular;
mod routes;

pub use dto::Search;
pub use popular::PopularSearches;

use crate::app::App;
use crate::app::Parts;
use crate::feature::Feature;
use crate::feature::Unable;
use crate::feature::Worker;
use crate::personal::Personal;
use crate::wiring::Wiring;
use domain::Decide;
use projections::Projector;
use projections::searches::SearchesProjector;
use service::settings::Settings;
use std::sync::Arc;
use std::time::Duration;
use utoipa_axum::{router::OpenApiRouter, routes};

const SWEEP: Duration = Duration::from_secs(600);

/// The feature of remembered searches.
pub struct Searches;

impl Feature for Searches {
    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new()
            .routes(routes!(routes::remember_search, routes::list_searches, routes::forget_searches))
            .routes(routes!(routes::forget_search))
            .routes(routes!(popular::list_popular_searches))
    }

    fn projectors(&self, _settings: &Settings) -> Vec<Arc<dyn Projector>> {
        vec![Arc::new(SearchesProjector)]
    }

    fn equip(&self, wiring: &Wiring, parts: &mut Parts) -> Result<(), Unable> {
        parts.put(PopularSearches::new(wiring.settings.popular_searches_every));
        Ok(())
    }

    fn workers(&self, wiring: &Wiring, _app: Option<&App>) -> Result<Vec<Worker>, Unable> {
        if !wiring.is_live() {
            return Ok(vec![]);
        }
        let (searches, executor) = (wiring.vault.searches.clone(), wiring.executor.clone());
        Ok(vec![Box::pin(Wiring::every(
            wiring.shutdown.clone(),
            SWEEP,
            "searches whose way to the log was cut off were not swept",
            async move || searches.sweep(&executor).await,
        ))])
    }

    fn aggregates(&self) -> &'static [&'static str] {
        &[domain::search_history::SearchHistory::TYPE]
    }

    fn personal(&self) -> Personal {
        Personal { take_back: personal::TAKE_BACK, exports: personal::EXPORTS }
    }
}
