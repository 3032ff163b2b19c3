//! The projections, for those who run the service: how far each has come, another try of what is parked, a rebuild.

mod dto;
mod routes;
mod standings;

pub use dto::{Projection, Standing};
pub use standings::Standings;

use crate::app::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// This resource's routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(routes::list_projections))
        .routes(routes!(routes::retry_parked_events))
        .routes(routes!(routes::rebuild_projection))
}
