//! Blocking and muting: the people whom a person keeps away.

mod lists;
mod personal;
mod routes;

use crate::app::App;
use crate::feature::{Feature, Topic};
use crate::personal::Personal;
use domain::Decide;
use domain::Event;
use domain::blocklist::BlocklistEvent;
use event_log::touched::Touches;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// The feature of blocks.
pub struct Blocks;

impl Feature for Blocks {
    fn topic(&self) -> Option<Topic> {
        Some(("blocks", "Whom the caller keeps away: blocked and muted people."))
    }

    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new()
            .routes(routes!(routes::block, routes::unblock))
            .routes(routes!(routes::mute, routes::unmute))
            .routes(routes!(lists::list_blocks))
            .routes(routes!(lists::list_mutes))
    }

    fn aggregates(&self) -> &'static [&'static str] {
        &[domain::blocklist::Blocklist::TYPE]
    }

    fn personal(&self) -> Personal {
        Personal { take_back: personal::TAKE_BACK, exports: &[] }
    }

    fn touches(&self, _aggregate_id: Uuid, event: &Event) -> Touches {
        // The event touches both people: neither is shown to the other any more, or both are again.
        let Event::Blocklist(
            BlocklistEvent::PersonBlocked { by, user_id }
            | BlocklistEvent::PersonUnblocked { by, user_id }
            | BlocklistEvent::PersonMuted { by, user_id }
            | BlocklistEvent::PersonUnmuted { by, user_id },
        ) = event
        else {
            return Touches::NOTHING;
        };
        Touches::both(by.0, user_id.0)
    }
}
