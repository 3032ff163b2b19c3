//! Aliases: the names under which people act anonymously, and the people who may know whose an alias is.
//!
//! Reading order: [`voice`] (writing under an alias), [`mine`] (marking the reader's own items on a page),
//! [`routes`] (a moderator is told who wrote).

pub mod mine;
mod routes;
pub mod voice;

use crate::app::App;
use crate::feature::Feature;
use crate::personal::Personal;
use domain::Decide;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The feature of aliases.
pub struct Aliases;

impl Feature for Aliases {
    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new().routes(routes!(routes::reveal_author))
    }

    fn aggregates(&self) -> &'static [&'static str] {
        &[domain::alias::Alias::TYPE]
    }

    fn personal(&self) -> Personal {
        Personal::NOTHING
    }
}
