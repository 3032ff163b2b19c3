//! The console at `/console`: how the service stands, for admins, and what happened in it, for analysts. The
//! pages are rendered here from templates; a small script of ours keeps what they show fresh.
//!
//! Reading order: [`seat`] (the person who looks), [`text`] (what the pages say), then a page: [`state`] (how
//! everything stands), [`explorer`] (events), [`thing`] (one aggregate's history), [`figures`] (plots, drawn
//! by [`draw`]).

mod draw;
mod explorer;
mod figures;
mod frame;
mod seat;
mod state;
mod text;
mod thing;

pub use figures::Figures;

use crate::app::App;
use crate::app::Parts;
use crate::feature::Feature;
use crate::feature::Unable;
use crate::personal::Personal;
use crate::site::assets::file;
use crate::wiring::Wiring;
use axum::Router;
use axum::routing::get;

const STYLE: &str = "/console/console.css";
const SCRIPT: &str = "/console/console.js";

/// The feature of the console.
pub struct Console;

impl Feature for Console {
    fn personal(&self) -> Personal {
        Personal::NOTHING
    }

    fn pages(&self) -> Router<App> {
        Router::new()
            .route("/console", get(state::state))
            .route("/console/events", get(explorer::events))
            .route("/console/history", get(thing::find))
            .route("/console/history/{aggregate}/{id}", get(thing::history))
            .route("/console/figures", get(figures::figures))
            .route(STYLE, get(async || file("text/css; charset=utf-8", include_str!("console.css"))))
            .route(SCRIPT, get(async || file("text/javascript; charset=utf-8", include_str!("console.js"))))
    }

    fn costs(&self) -> &'static [(&'static str, u32)] {
        &[(STYLE, 0), (SCRIPT, 0)]
    }

    fn equip(&self, _wiring: &Wiring, parts: &mut Parts) -> Result<(), Unable> {
        parts.put(Figures::default());
        Ok(())
    }
}
