//! Comments on posts and replies to comments.

pub mod dto;
mod lists;
pub mod mine;
mod personal;
mod routes;

pub use lists::{readable, shown};

use crate::app::App;
use crate::feature::{Feature, Topic};
use crate::personal::Personal;
use domain::Decide;
use domain::Event;
use domain::comment::CommentEvent;
use event_log::touched::Touches;
use projections::Projector;
use projections::comments::CommentsProjector;
use service::settings::Settings;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// The feature of comments.
pub struct Comments;

impl Feature for Comments {
    fn topic(&self) -> Option<Topic> {
        Some(("comments", "Comments on posts and replies to comments."))
    }

    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new()
            .routes(routes!(lists::list_comments_of_post, routes::write_comment))
            .routes(routes!(routes::get_comment, routes::edit_comment, routes::delete_comment))
            .routes(routes!(lists::list_replies))
            .routes(routes!(lists::list_comments_of_user))
    }

    fn projectors(&self, _settings: &Settings) -> Vec<Arc<dyn Projector>> {
        vec![Arc::new(CommentsProjector)]
    }

    fn aggregates(&self) -> &'static [&'static str] {
        &[domain::comment::Comment::TYPE]
    }

    fn personal(&self) -> Personal {
        Personal { take_back: personal::TAKE_BACK, exports: personal::EXPORTS }
    }

    fn touches(&self, _aggregate_id: Uuid, event: &Event) -> Touches {
        let Event::Comment(event) = event else { return Touches::NOTHING };
        match event {
            CommentEvent::CommentWritten { post_id, .. } | CommentEvent::CommentDeleted { post_id, .. } => {
                Touches::one(post_id.0)
            }
            CommentEvent::CommentEdited { .. } => Touches::NOTHING,
        }
    }
}
