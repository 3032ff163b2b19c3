//! The log over HTTP, for analysts: pages, a stream of lines, a stream that goes on; and one aggregate's
//! history.

mod dto;
mod history;
mod live;
mod personal;
mod routes;
mod selection;

pub(crate) use selection::EventsQuery;

use crate::app::App;
use crate::feature::{Feature, Topic};
use crate::personal::Personal;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The feature of events.
pub struct Events;

impl Feature for Events {
    fn topic(&self) -> Option<Topic> {
        Some(("events", "Everything that ever happened, for analysts."))
    }

    fn personal(&self) -> Personal {
        Personal { take_back: &[], exports: personal::EXPORTS }
    }

    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new()
            .routes(routes!(routes::list_events))
            .routes(routes!(routes::list_event_schemas))
            .routes(routes!(history::get_history))
    }
}
