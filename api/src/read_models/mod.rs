//! The projections, for the people who run the service: how far each has come, another try of parked events,
//! a rebuild.
//!
//! Reading order: [`routes`], [`standings`] (the state of all projections), [`rebuild`] (the job), [`dto`].

mod dto;
mod rebuild;
mod routes;
mod standings;

pub use dto::{Projection, Standing};
pub use standings::Standings;

use crate::app::App;
use crate::app::Parts;
use crate::feature::{DeclaredJob, Feature, Topic, Unable, Worker};
use crate::personal::Personal;
use crate::wiring::Wiring;
use rebuild::{RebuildProjection, Rebuilder};
use std::time::Duration;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The interval at which the worker looks for requests of rebuilds that have no job.
const ADOPT: Duration = Duration::from_secs(600);

/// The feature of the read models.
pub struct ReadModels;

impl Feature for ReadModels {
    fn topic(&self) -> Option<Topic> {
        Some(("projections", "How far the read models have come, and mending them."))
    }

    fn personal(&self) -> Personal {
        Personal::NOTHING
    }

    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new()
            .routes(routes!(routes::list_projections))
            .routes(routes!(routes::retry_parked_events))
            .routes(routes!(routes::rebuild_projection))
    }

    fn jobs(&self) -> Vec<DeclaredJob> {
        vec![DeclaredJob::of::<RebuildProjection>(|wiring, _app| Ok(Rebuilder::of(wiring)))]
    }

    fn workers(&self, wiring: &Wiring, _app: Option<&App>) -> Result<Vec<Worker>, Unable> {
        if !wiring.settings.roles.projector {
            return Ok(vec![]);
        }
        let (pool, queue) = (wiring.pool.clone(), wiring.queue.clone());
        Ok(vec![Box::pin(Wiring::every(
            wiring.shutdown.clone(),
            ADOPT,
            "rebuilds that were asked for can't be looked up",
            async move || rebuild::adopt(&pool, &queue).await,
        ))])
    }

    fn equip(&self, wiring: &Wiring, parts: &mut Parts) -> Result<(), Unable> {
        parts.put(Standings::new(wiring.projections.clone()));
        Ok(())
    }
}
