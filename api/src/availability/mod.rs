//! The check whether a handle or an e-mail address is free, made while a form is filled in.

pub mod dto;
mod routes;

use crate::app::App;
use crate::feature::Feature;
use crate::personal::Personal;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The feature of availability.
pub struct Availability;

impl Feature for Availability {
    fn personal(&self) -> Personal {
        Personal::NOTHING
    }

    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new().routes(routes!(routes::check_availability))
    }
}
