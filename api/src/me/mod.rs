//! The caller's own account: read, changed, left.

pub mod dto;
mod routes;

use crate::app::App;
use crate::feature::{Feature, Topic};
use crate::personal::Personal;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The feature of the caller's own account.
pub struct Me;

impl Feature for Me {
    fn topic(&self) -> Option<Topic> {
        Some(("me", "The caller's own account."))
    }

    fn personal(&self) -> Personal {
        Personal::NOTHING
    }

    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new()
            .routes(routes!(routes::get_me, routes::replace_me, routes::change_me, routes::leave))
            .routes(routes!(routes::set_privacy))
    }
}
