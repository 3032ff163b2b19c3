//! Exports: people take away what is their own. An export is asked for, made beside requests, and fetched by
//! a link.
//!
//! Reading order: [`routes`] (asking and fetching), [`maker`] (the job that makes an export, and clearing
//! away), [`collect`] (what is in an export), [`archive`] (its file). The files that features add stand in
//! their own folders.

mod archive;
mod collect;
mod dto;
mod maker;
mod personal;
mod routes;

use crate::app::App;
use crate::feature::{DeclaredJob, Feature, Unable, Worker};
use crate::personal::Personal;
use crate::wiring::Wiring;
use maker::{MakeExport, Maker};
use utoipa_axum::{router::OpenApiRouter, routes};

/// The feature of exports.
pub struct Exports;

impl Feature for Exports {
    fn personal(&self) -> Personal {
        Personal { take_back: personal::TAKE_BACK, exports: &[] }
    }

    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new().routes(routes!(routes::get_export)).routes(routes!(routes::fetch_export))
    }

    fn jobs(&self) -> Vec<DeclaredJob> {
        vec![DeclaredJob::of::<MakeExport>(|wiring, app| Ok(app.and_then(|app| Maker::of(wiring, app))))]
    }

    fn workers(&self, wiring: &Wiring, app: Option<&App>) -> Result<Vec<Worker>, Unable> {
        let Some(app) = app.filter(|_| wiring.is_live()) else { return Ok(vec![]) };
        let app = app.clone();
        Ok(vec![Box::pin(Wiring::every(
            wiring.shutdown.clone(),
            maker::TIDY,
            "exports that are over were not cleared away",
            async move || maker::tidy(&app).await,
        ))])
    }
}
