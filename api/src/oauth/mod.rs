//! Logging in with an account elsewhere: there and back through the browser ([`flow`]), then what comes of it
//! ([`complete`]); and what one's own account is linked to ([`identities`]).

mod complete;
pub mod dto;
mod flow;
mod identities;

use crate::app::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// This resource's routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(flow::list_providers))
        .routes(routes!(flow::authorize))
        .routes(routes!(flow::come_from_provider))
        .routes(routes!(complete::complete))
        .routes(routes!(complete::register_with_provider))
        .routes(routes!(identities::list_identities))
        .routes(routes!(identities::link, identities::unlink))
}
