//! For whoever tries Madang out on their own machine: served under `madang up` only, and so not part of the
//! API that the document describes.

mod mailbox;
mod page;

use crate::app::App;
use axum::Router;
use axum::routing::get;

/// Where letters that nothing left of are read.
pub const MAILBOX: &str = "/dev/mailbox";

/// What is served besides the API.
pub fn routes() -> Router<App> {
    Router::new().route(MAILBOX, get(mailbox::show))
}
