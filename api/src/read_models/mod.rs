//! The projections, for those who run the service: how far each has come, another try of what is parked, a rebuild.

mod dto;
mod routes;
mod standings;

pub use dto::{Projection, Standing};
pub use standings::Standings;

use crate::app::App;
use crate::app::Parts;
use crate::feature::Feature;
use crate::feature::Unable;
use crate::wiring::Wiring;
use utoipa_axum::{router::OpenApiRouter, routes};

/// This feature.
pub struct ReadModels;

impl Feature for ReadModels {
    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new()
            .routes(routes!(routes::list_projections))
            .routes(routes!(routes::retry_parked_events))
            .routes(routes!(routes::rebuild_projection))
    }

    fn equip(&self, wiring: &Wiring, parts: &mut Parts) -> Result<(), Unable> {
        parts.put(Standings::new(wiring.projections.clone()));
        Ok(())
    }
}
