//! Pages for people who try Madang out on their own machine: served under `madang up` only, and so not part
//! of the API that the document describes.

mod mailbox;
mod page;

use crate::app::App;
use axum::Router;
use axum::routing::get;

/// The path of the mailbox, where letters are read that were sent nowhere.
pub const MAILBOX: &str = "/dev/mailbox";

/// The routes that are served besides the API.
pub fn routes() -> Router<App> {
    Router::new().route(MAILBOX, get(mailbox::show))
}
