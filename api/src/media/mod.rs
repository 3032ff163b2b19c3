//! Photos: uploaded through the server or straight to the storage, looked at, and shown by what their owner makes.
//!
//! Reading order: [`routes`] (announcing, completing, reading, removing), [`upload`] (through the server),
//! [`owner`] (anonymous ones), [`dto`], [`shown`] (photos on posts).

pub mod dto;
mod owner;
mod routes;
pub mod shown;
mod upload;

use crate::app::App;
use utoipa_axum::{router::OpenApiRouter, routes};

pub use upload::TIME_LIMIT;

/// Where photos are uploaded through the server.
pub const UPLOAD: &str = "/v1/media";

/// This resource's routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(upload::upload))
        .routes(routes!(routes::announce_upload))
        .routes(routes!(routes::complete_upload))
        .routes(routes!(routes::get_media, routes::remove_media))
}
