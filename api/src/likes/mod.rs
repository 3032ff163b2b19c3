//! Likes of posts and comments: given, taken back, listed.

pub mod dto;
mod lists;
mod personal;
mod routes;

use crate::app::App;
use crate::feature::{Feature, Topic};
use crate::personal::Personal;
use domain::Decide;
use domain::Event;
use domain::like::{LikeEvent, Target};
use event_log::touched::Touches;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// The likes feature.
pub struct Likes;

impl Feature for Likes {
    fn topic(&self) -> Option<Topic> {
        Some(("likes", "Likes of posts and comments."))
    }

    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new()
            .routes(routes!(routes::like_post, routes::unlike_post))
            .routes(routes!(routes::like_comment, routes::unlike_comment))
            .routes(routes!(lists::list_likes_of_post))
            .routes(routes!(lists::list_likes_of_comment))
            .routes(routes!(lists::list_likes_of_user))
    }

    fn aggregates(&self) -> &'static [&'static str] {
        &[domain::like::Like::TYPE]
    }

    fn personal(&self) -> Personal {
        Personal { take_back: personal::TAKE_BACK, exports: personal::EXPORTS }
    }

    fn touches(&self, _aggregate_id: Uuid, event: &Event) -> Touches {
        let Event::Like(LikeEvent::Liked { target, .. } | LikeEvent::Unliked { target, .. }) = event else {
            return Touches::NOTHING;
        };
        match target {
            Target::Post(post) => Touches::one(post.0),
            Target::Comment(_) => Touches::NOTHING,
        }
    }
}
