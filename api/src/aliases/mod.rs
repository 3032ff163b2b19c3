//! Aliases: in whose name something is done that is anonymous, and who may know whose it is.
//!
//! Reading order: [`voice`] (writing under an alias), [`mine`] (what of a page is the reader's own), [`routes`] (a
//! moderator is told who wrote).

pub mod mine;
mod routes;
pub mod voice;

use crate::app::App;
use crate::feature::Feature;
use domain::Decide;
use utoipa_axum::{router::OpenApiRouter, routes};

/// This feature.
pub struct Aliases;

impl Feature for Aliases {
    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new().routes(routes!(routes::reveal_author))
    }

    fn aggregates(&self) -> &'static [&'static str] {
        &[domain::alias::Alias::TYPE]
    }
}
