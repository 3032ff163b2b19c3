//! Whether a handle or an e-mail address is free, asked while a form is filled in.

pub mod dto;
mod routes;

use crate::app::App;
use crate::feature::Feature;
use utoipa_axum::{router::OpenApiRouter, routes};

/// This feature.
pub struct Availability;

impl Feature for Availability {
    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new().routes(routes!(routes::check_availability))
    }
}
