//! Who may do more than every member: roles, granted and revoked by admins.

mod routes;

use crate::app::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// This resource's routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(routes::list_roles))
        .routes(routes!(routes::grant_role, routes::revoke_role))
}
