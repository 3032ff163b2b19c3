//! Taking away what is one's own: asked for, made beside requests, fetched by a link.
//!
//! Reading order: [`routes`] (what people ask), [`maker`] (who makes it, and who clears away), [`collect`] (what is
//! in it), [`archive`] (the file).

mod archive;
mod collect;
mod dto;
pub mod maker;
mod routes;

use crate::app::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// This resource's routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(routes::get_export)).routes(routes!(routes::fetch_export))
}
