//! The timeline: own and followed people's posts.

mod pages;
mod routes;

pub use pages::PageCache;

use crate::app::App;
use crate::app::Parts;
use crate::feature::Unable;
use crate::feature::{Feature, Topic};
use crate::personal::Personal;
use crate::wiring::Wiring;
use projections::Projector;
use projections::timelines::TimelinesProjector;
use service::settings::Settings;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The timeline feature.
pub struct Timeline;

impl Feature for Timeline {
    fn topic(&self) -> Option<Topic> {
        Some(("timeline", "Own and followed people's posts."))
    }

    fn personal(&self) -> Personal {
        Personal::NOTHING
    }

    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new().routes(routes!(routes::get_timeline))
    }

    fn projectors(&self, settings: &Settings) -> Vec<Arc<dyn Projector>> {
        let merge_threshold = u32::try_from(settings.merge_threshold).unwrap_or(u32::MAX);
        vec![Arc::new(TimelinesProjector::new(merge_threshold, settings.timeline_limits))]
    }

    fn equip(&self, wiring: &Wiring, parts: &mut Parts) -> Result<(), Unable> {
        let bytes = u64::from(wiring.settings.page_cache_mb) << 20;
        parts.put((bytes > 0).then(|| PageCache::new(wiring.tail.touched(), bytes)));
        Ok(())
    }
}
