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
use crate::feature::Feature;
use crate::feature::{Unable, Worker};
use crate::wiring::Wiring;
use utoipa_axum::{router::OpenApiRouter, routes};

/// This feature.
pub struct Exports;

impl Feature for Exports {
    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new().routes(routes!(routes::get_export)).routes(routes!(routes::fetch_export))
    }

    fn workers(&self, wiring: &Wiring, app: Option<&App>) -> Result<Vec<Worker>, Unable> {
        let Some(app) = app.filter(|_| wiring.is_live()) else { return Ok(vec![]) };
        Ok(vec![Box::pin(maker::run(app.clone(), wiring.shutdown.clone()))])
    }
}
