//! Boards: places to post, read at any hour, written on at their opening hours.
//!
//! Reading order: [`target`] (the board that a write goes to), [`dto`], [`routes`] (boards themselves). The
//! posts on a board are among the posts.

mod dto;
mod routes;
mod target;

pub use target::{SlugInPath, TargetBoard};

use crate::app::App;
use crate::feature::{Feature, Topic};
use crate::personal::Personal;
use domain::Decide;
use projections::Projector;
use projections::boards::BoardsProjector;
use service::settings::Settings;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The feature of boards.
pub struct Boards;

impl Feature for Boards {
    fn topic(&self) -> Option<Topic> {
        Some(("boards", "Places to post, and whose an alias is."))
    }

    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new()
            .routes(routes!(routes::list_boards))
            .routes(routes!(routes::get_board, routes::set_board))
    }

    fn projectors(&self, _settings: &Settings) -> Vec<Arc<dyn Projector>> {
        vec![Arc::new(BoardsProjector)]
    }

    fn aggregates(&self) -> &'static [&'static str] {
        &[domain::board::Board::TYPE]
    }

    fn personal(&self) -> Personal {
        Personal::NOTHING
    }
}
