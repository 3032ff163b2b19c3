//! Tags: those that people use, those that are trending, and following a tag.

pub mod dto;
mod follows;
mod personal;
mod routes;
pub mod trending;

pub use trending::Trends;

use crate::app::App;
use crate::app::Parts;
use crate::feature::Unable;
use crate::feature::{Feature, Topic};
use crate::personal::Personal;
use crate::wiring::Wiring;
use domain::Decide;
use projections::Projector;
use projections::tags::TagsProjector;
use service::settings::Settings;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The tags feature.
pub struct Tags;

impl Feature for Tags {
    fn topic(&self) -> Option<Topic> {
        Some(("tags", "What people write about."))
    }

    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new()
            .routes(routes!(routes::list_tags))
            .routes(routes!(trending::list_trending_tags))
            .routes(routes!(routes::get_tag))
            .routes(routes!(follows::follow_tag, follows::unfollow_tag))
            .routes(routes!(follows::list_followed_tags))
    }

    fn projectors(&self, _settings: &Settings) -> Vec<Arc<dyn Projector>> {
        vec![Arc::new(TagsProjector)]
    }

    fn equip(&self, _wiring: &Wiring, parts: &mut Parts) -> Result<(), Unable> {
        parts.put(Trends::default());
        Ok(())
    }

    fn aggregates(&self) -> &'static [&'static str] {
        &[domain::followed_tags::FollowedTags::TYPE]
    }

    fn personal(&self) -> Personal {
        Personal { take_back: &[], exports: personal::EXPORTS }
    }
}
