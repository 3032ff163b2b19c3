//! Sessions: where people are logged in; opened, refreshed, listed, ended.

pub mod dto;
pub mod log_in;
mod personal;
mod routes;

use crate::app::App;
use crate::feature::{Feature, Topic};
use crate::personal::Personal;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The sessions feature.
pub struct Sessions;

impl Feature for Sessions {
    fn topic(&self) -> Option<Topic> {
        Some(("sessions", "Where people are logged in: opened, refreshed, listed, ended."))
    }

    fn personal(&self) -> Personal {
        Personal { take_back: &[], exports: personal::EXPORTS }
    }

    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new()
            .routes(routes!(log_in::log_in))
            .routes(routes!(routes::refresh))
            .routes(routes!(routes::log_out))
            .routes(routes!(routes::list_sessions, routes::end_all_sessions))
            .routes(routes!(routes::end_session))
            .routes(routes!(routes::key_set))
    }
}
