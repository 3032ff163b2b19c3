//! The pages that people search and land on: `/`, a post, a person. Rendered here from templates, readable without
//! JavaScript; a small script of ours makes them answer as one types.
//!
//! Reading order: [`visit`] (who looks, in which language), [`text`] (what the pages say), [`address`], then a page:
//! [`search`], [`post`], [`person`].

mod address;
pub(crate) mod assets;
mod linked;
pub(crate) mod page;
mod person;
mod post;
mod search;
mod text;
pub(crate) mod visit;
mod writer;

use crate::app::App;
use crate::feature::Feature;
use axum::Router;
use axum::routing::get;

/// This feature.
pub struct Site;

impl Feature for Site {
    fn pages(&self) -> Router<App> {
        Router::new()
            .route("/", get(search::search))
            .route("/posts/{id}", get(post::post))
            .route("/@{handle}", get(person::person))
            .route(assets::STYLE_PATH, get(assets::style))
            .route(assets::SCRIPT_PATH, get(assets::script))
            .route(assets::ICON_PATH, get(assets::icon))
    }
}
