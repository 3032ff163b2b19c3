//! The pages that people search and land on: `/`, a post, a person. Rendered here from templates, readable without
//! JavaScript; a small script of ours makes them answer as one types.
//!
//! Reading order: [`visit`] (the reader and their language), [`text`] (the texts of the pages), [`address`],
//! then a page: [`search`], [`post`], [`person`]. A page of another feature lies in that feature's folder, with its
//! template and its words: it takes a [`visit::Visit`], fills a [`page::Frame`], and extends `site/templates/frame.html`.

mod address;
pub(crate) mod assets;
mod linked;
pub(crate) mod page;
mod person;
mod post;
mod search;
pub(crate) mod text;
pub(crate) mod visit;
pub(crate) mod writer;

use crate::app::App;
use crate::feature::Feature;
use crate::personal::Personal;
use axum::Router;
use axum::routing::get;

const SEARCH: &str = "/";
const POST: &str = "/posts/{id}";

/// The feature of the site.
pub struct Site;

impl Feature for Site {
    fn personal(&self) -> Personal {
        Personal::NOTHING
    }

    fn pages(&self) -> Router<App> {
        Router::new()
            .route(SEARCH, get(search::search))
            .route(POST, get(post::post))
            .route("/@{handle}", get(person::person))
            .route(assets::STYLE_PATH, get(assets::style))
            .route(assets::SCRIPT_PATH, get(assets::script))
            .route(assets::ICON_PATH, get(assets::icon))
    }

    /// The costs of pages are those of several requests of the API: the search page reads hits, facets and
    /// suggestions to begin with, a post's page the post, its comments, and posts like it.
    fn costs(&self) -> &'static [(&'static str, u32)] {
        &[(SEARCH, 3), (POST, 3), (assets::STYLE_PATH, 0), (assets::SCRIPT_PATH, 0), (assets::ICON_PATH, 0)]
    }
}
