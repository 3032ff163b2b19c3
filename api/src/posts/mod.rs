//! Posts: published, read, edited and deleted.

pub mod dto;
mod lists;
pub mod mine;
mod on_board;
mod personal;
mod photos;
mod pins;
pub mod routes;
mod under_tag;
mod versions;

use crate::app::App;
use crate::app::Parts;
use crate::feature::Unable;
use crate::feature::Worker;
use crate::feature::{Feature, Topic};
use crate::personal::Personal;
use crate::wiring::Wiring;
use crate::wiring::own_pool;
use domain::Decide;
use domain::Event;
use domain::post::PostEvent;
use event_log::touched::Touches;
use projections::Projector;
use projections::posts::PostsProjector;
use service::settings::Settings;
use std::sync::Arc;
use std::time::Duration;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;
use vault::views::{self, Views};

const SWEEP: Duration = Duration::from_secs(600);

/// The posts feature.
pub struct Posts;

impl Feature for Posts {
    fn topic(&self) -> Option<Topic> {
        Some(("posts", "Posts: published, read, edited, deleted."))
    }

    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new()
            .routes(routes!(lists::list_posts, routes::publish_post))
            .routes(routes!(routes::get_post, routes::replace_post, routes::edit_post, routes::delete_post))
            .routes(routes!(lists::list_posts_of_user))
            .routes(routes!(pins::pin_post, pins::unpin_post))
            .routes(routes!(pins::list_pins))
            .routes(routes!(versions::list_versions))
            .routes(routes!(photos::list_photos))
            .routes(routes!(photos::get_photo))
            .routes(routes!(photos::list_photos_of_user))
            .routes(routes!(on_board::list_posts_of_board))
            .routes(routes!(under_tag::list_posts_of_tag))
            .routes(routes!(under_tag::list_posts_of_followed_tags))
    }

    fn projectors(&self, _settings: &Settings) -> Vec<Arc<dyn Projector>> {
        vec![Arc::new(PostsProjector)]
    }

    fn equip(&self, _wiring: &Wiring, parts: &mut Parts) -> Result<(), Unable> {
        parts.put(Views::default());
        Ok(())
    }

    fn workers(&self, wiring: &Wiring, app: Option<&App>) -> Result<Vec<Worker>, Unable> {
        let Some(app) = app.filter(|_| wiring.is_live()) else { return Ok(vec![]) };
        let counter = views::Worker {
            // A statement that holds up the counter must not hold up the node's stop.
            pool: own_pool(&wiring.options.clone().options([("statement_timeout", "10s")]), 1, true),
            executor: wiring.executor.clone(),
            vault: wiring.vault.clone(),
            views: app.part::<Views>().clone(),
            every: wiring.settings.views_every,
            shutdown: wiring.shutdown.clone(),
        };
        let pool = wiring.pool.clone();
        let sweep = Wiring::every(
            wiring.shutdown.clone(),
            SWEEP,
            "who looked at posts days ago was not forgotten",
            async move || views::sweep(&pool).await,
        );
        Ok(vec![Box::pin(counter.run()), Box::pin(sweep)])
    }

    fn aggregates(&self) -> &'static [&'static str] {
        &[domain::post::Post::TYPE, domain::view_batch::ViewBatch::TYPE]
    }

    fn personal(&self) -> Personal {
        Personal { take_back: personal::TAKE_BACK, exports: personal::EXPORTS }
    }

    fn touches(&self, aggregate_id: Uuid, event: &Event) -> Touches {
        let Event::Post(event) = event else { return Touches::NOTHING };
        match event {
            // A reader of an author's posts has to hear of a new post; a reader of one post, of every change
            // to it.
            PostEvent::PostPublished { author_id, .. } => Touches::both(author_id.0, aggregate_id),
            PostEvent::PostEdited { .. } | PostEvent::PostDeleted { .. } => Touches::one(aggregate_id),
        }
    }
}
