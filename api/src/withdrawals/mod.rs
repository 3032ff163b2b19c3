//! Withdrawals: leaving, and coming back.

mod dto;
mod routes;

pub use routes::come_back_link;

use crate::app::App;
use crate::feature::Feature;
use crate::feature::{Unable, Worker};
use crate::personal::Personal;
use crate::wiring::Wiring;
use std::time::Duration;
use utoipa_axum::{router::OpenApiRouter, routes};

const SWEEP: Duration = Duration::from_secs(600);

/// The feature of withdrawals.
pub struct Withdrawals;

impl Feature for Withdrawals {
    fn personal(&self) -> Personal {
        Personal::NOTHING
    }

    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new().routes(routes!(routes::withdraw)).routes(routes!(routes::come_back))
    }

    fn workers(&self, wiring: &Wiring, _app: Option<&App>) -> Result<Vec<Worker>, Unable> {
        if !wiring.is_live() {
            return Ok(vec![]);
        }
        let (vault, web_url) = (wiring.vault.clone(), wiring.settings.web_url.0.clone());
        Ok(vec![Box::pin(Wiring::every(
            wiring.shutdown.clone(),
            SWEEP,
            "the vault was not swept",
            async move || vault.sweep(&|token: &str| come_back_link(&web_url, token)).await,
        ))])
    }
}
