//! The private side of an account, which only its owner is shown: e-mail address, phone number and details.

pub mod dto;
mod personal;
mod routes;

use crate::app::App;
use crate::feature::{Feature, Topic};
use crate::personal::Personal;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The feature of accounts.
pub struct Account;

impl Feature for Account {
    fn topic(&self) -> Option<Topic> {
        Some(("account", "What only its owner is shown: where they are reached, passwords."))
    }

    fn personal(&self) -> Personal {
        Personal { take_back: &[], exports: personal::EXPORTS }
    }

    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new()
            .routes(routes!(routes::get_account, routes::change_account))
            .routes(routes!(routes::change_email))
            .routes(routes!(routes::confirm_email))
            .routes(routes!(routes::add_phone, routes::forget_phone))
            .routes(routes!(routes::confirm_phone))
    }
}
