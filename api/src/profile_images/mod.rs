//! The photo beside a person's name and the one over their profile; drawn from the handle if there is no
//! photo.

mod drawing;
mod routes;

use crate::app::App;
use crate::feature::Feature;
use crate::personal::Personal;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The feature of profile images.
pub struct ProfileImages;

impl Feature for ProfileImages {
    fn personal(&self) -> Personal {
        Personal::NOTHING
    }

    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new()
            .routes(routes!(routes::set_avatar, routes::remove_avatar))
            .routes(routes!(routes::set_banner, routes::remove_banner))
            .routes(routes!(routes::get_avatar))
            .routes(routes!(routes::get_banner))
    }
}
