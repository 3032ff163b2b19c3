//! Sign-ups: a form, a code by mail, and the person is a member.

pub mod dto;
pub mod register;
mod routes;

use crate::app::App;
use crate::feature::{Feature, Topic};
use crate::personal::Personal;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The feature of sign-ups.
pub struct SignUps;

impl Feature for SignUps {
    fn topic(&self) -> Option<Topic> {
        Some(("sign-ups", "Becoming a member: a form, and a code by mail."))
    }

    fn personal(&self) -> Personal {
        Personal::NOTHING
    }

    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new()
            .routes(routes!(routes::sign_up))
            .routes(routes!(routes::resend_code))
            .routes(routes!(routes::confirm))
    }
}
