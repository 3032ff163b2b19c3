//! Following: begun, asked for where an account is private, ended by either side, listed.

mod lists;
mod personal;
mod routes;

use crate::app::App;
use crate::feature::{Feature, Topic};
use crate::personal::Personal;
use domain::Decide;
use domain::Event;
use domain::follow::FollowEvent;
use event_log::touched::Touches;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// The feature of follows.
pub struct Follows;

impl Feature for Follows {
    fn topic(&self) -> Option<Topic> {
        Some(("follows", "Who follows whom."))
    }

    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new()
            .routes(routes!(routes::follow, routes::unfollow))
            .routes(routes!(routes::remove_follower))
            .routes(routes!(lists::list_follow_requests))
            .routes(routes!(routes::accept_follow_request, routes::refuse_follow_request))
            .routes(routes!(lists::list_followers))
            .routes(routes!(lists::list_following))
    }

    fn aggregates(&self) -> &'static [&'static str] {
        &[domain::follow::Follow::TYPE]
    }

    fn personal(&self) -> Personal {
        Personal { take_back: personal::TAKE_BACK, exports: personal::EXPORTS }
    }

    fn touches(&self, _aggregate_id: Uuid, event: &Event) -> Touches {
        let Event::Follow(event) = event else { return Touches::NOTHING };
        match event {
            FollowEvent::Followed { follower_id, .. } | FollowEvent::Unfollowed { follower_id, .. } => {
                Touches::one(follower_id.0)
            }
            FollowEvent::FollowRequested { .. }
            | FollowEvent::FollowRequestWithdrawn { .. }
            | FollowEvent::FollowRequestRefused { .. } => Touches::NOTHING,
        }
    }
}
