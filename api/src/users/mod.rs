//! People: registered and read.

pub mod dto;
mod handle_queue;
mod personal;
mod routes;

use crate::app::App;
use crate::app::Parts;
use crate::feature::Unable;
use crate::feature::{Feature, Topic};
use crate::personal::Personal;
use crate::wiring::Wiring;
use domain::Decide;
use domain::Event;
use event_log::touched::Touches;
pub use handle_queue::HandleQueue;
use projections::Projector;
use projections::profiles::ProfilesProjector;
use service::settings::Settings;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// The users feature.
pub struct Users;

impl Feature for Users {
    fn topic(&self) -> Option<Topic> {
        Some(("users", "People: registered and read."))
    }

    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new()
            .routes(routes!(routes::list_users, routes::register))
            .routes(routes!(routes::get_user))
    }

    fn projectors(&self, _settings: &Settings) -> Vec<Arc<dyn Projector>> {
        vec![Arc::new(ProfilesProjector)]
    }

    fn equip(&self, _wiring: &Wiring, parts: &mut Parts) -> Result<(), Unable> {
        parts.put(HandleQueue::default());
        Ok(())
    }

    fn aggregates(&self) -> &'static [&'static str] {
        &[domain::user::User::TYPE]
    }

    fn personal(&self) -> Personal {
        Personal { take_back: &[], exports: personal::EXPORTS }
    }

    fn touches(&self, aggregate_id: Uuid, event: &Event) -> Touches {
        let Event::User(_) = event else { return Touches::NOTHING };
        Touches::one(aggregate_id)
    }
}
