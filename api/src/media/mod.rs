//! Photos: uploaded through the server or straight to the storage, looked at, and shown by what their owner makes.
//!
//! Reading order: [`routes`] (announcing, completing, reading, removing), [`upload`] (through the server),
//! [`slots`] and [`arriving`] (how many uploads at once, and how slow), [`owner`] (anonymous photos),
//! [`content_type`] (the type that an upload names), [`dto`], [`shown`] (photos on posts).

mod arriving;
mod content_type;
pub mod dto;
mod owner;
mod personal;
mod routes;
pub mod shown;
mod slots;
mod upload;

use crate::app::App;
use crate::app::Parts;
use crate::feature::{DeclaredJob, Feature, Topic, Unable, Worker};
use crate::personal::Personal;
use crate::wiring::Wiring;
use domain::Decide;
use dto::PhotoUrls;
use photos::media::{self, Photos, Pokes, ProcessPhoto, Uploaded};
use projections::Projector;
use projections::media::MediaProjector;
use react::Reaction;
use service::settings::Settings;
use slots::UploadSlots;
use std::sync::Arc;
use std::time::Duration;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The path under which photos are uploaded through the server.
const UPLOAD: &str = "/v1/media";

/// The media feature.
pub struct Media;

impl Feature for Media {
    fn topic(&self) -> Option<Topic> {
        Some(("media", "Photos: uploaded, looked at, removed."))
    }

    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new()
            .routes(routes!(upload::upload))
            .routes(routes!(routes::announce_upload))
            .routes(routes!(routes::complete_upload))
            .routes(routes!(routes::get_media, routes::remove_media))
    }

    fn projectors(&self, _settings: &Settings) -> Vec<Arc<dyn Projector>> {
        vec![Arc::new(MediaProjector)]
    }

    fn time_limits(&self) -> &'static [(&'static str, Duration)] {
        &[(UPLOAD, upload::TIME_LIMIT)]
    }

    fn equip(&self, wiring: &Wiring, parts: &mut Parts) -> Result<(), Unable> {
        parts.put(PhotoUrls::of(wiring.storage.as_ref()));
        parts.put(Pokes::default());
        parts.put(UploadSlots::new(wiring.settings.stall_timeout));
        Ok(())
    }

    fn reactions(&self, wiring: &Wiring) -> Vec<Arc<dyn Reaction>> {
        vec![Arc::new(Uploaded { executor: wiring.executor.clone() })]
    }

    fn jobs(&self) -> Vec<DeclaredJob> {
        vec![DeclaredJob::of::<ProcessPhoto>(|wiring, _app| Ok(photos(wiring)))]
    }

    fn workers(&self, wiring: &Wiring, app: Option<&App>) -> Result<Vec<Worker>, Unable> {
        let Some(photos) = photos(wiring) else { return Ok(vec![]) };
        let worker = media::Worker {
            photos,
            queue: wiring.queue.clone(),
            progress: wiring.progress.clone(),
            grace: wiring.settings.media_grace,
            pokes: app.map(|app| app.part::<Pokes>().clone()).unwrap_or_default(),
            shutdown: wiring.shutdown.clone(),
        };
        Ok(vec![Box::pin(worker.run())])
    }

    fn aggregates(&self) -> &'static [&'static str] {
        &[domain::media::Media::TYPE]
    }

    fn personal(&self) -> Personal {
        Personal { take_back: personal::TAKE_BACK, exports: personal::EXPORTS }
    }
}

/// Returns the parts that process photos, if a storage is named and this node plays the role `media`.
fn photos(wiring: &Wiring) -> Option<Photos> {
    let storage = wiring.storage.clone().filter(|_| wiring.settings.roles.media)?;
    Some(Photos { pool: wiring.own_pool(2, true), executor: wiring.executor.clone(), storage })
}
