//! Passwords: changed by a person who knows the old one, reset by a person who reads the account's mail.

pub mod dto;
mod routes;

use crate::app::App;
use crate::feature::Feature;
use crate::personal::Personal;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The passwords feature.
pub struct Passwords;

impl Feature for Passwords {
    fn personal(&self) -> Personal {
        Personal::NOTHING
    }

    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new()
            .routes(routes!(routes::change_password))
            .routes(routes!(routes::ask_reset))
            .routes(routes!(routes::reset))
    }
}
