//! Roles: permissions beyond those of every member; granted and revoked by admins.

mod routes;

use crate::app::App;
use crate::feature::{Feature, Topic};
use crate::personal::Personal;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The roles feature.
pub struct Roles;

impl Feature for Roles {
    fn topic(&self) -> Option<Topic> {
        Some(("roles", "Who may do more than every member. Routes that need a role name it."))
    }

    fn personal(&self) -> Personal {
        Personal::NOTHING
    }

    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new()
            .routes(routes!(routes::list_roles))
            .routes(routes!(routes::grant_role, routes::revoke_role))
    }
}
