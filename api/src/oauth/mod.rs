//! Logging in with an account elsewhere: there and back through the browser ([`flow`]), then the completion
//! ([`complete`]); and the accounts elsewhere that one's own account is linked to ([`identities`]).

mod complete;
pub mod dto;
mod flow;
mod identities;
mod personal;

use crate::app::App;
use crate::app::Parts;
use crate::feature::Feature;
use crate::feature::Unable;
use crate::personal::Personal;
use crate::wiring::Wiring;
use service::settings::Settings;
use utoipa_axum::{router::OpenApiRouter, routes};
use vault::providers::Providers;

/// The feature of logins elsewhere.
pub struct OAuth;

impl Feature for OAuth {
    fn personal(&self) -> Personal {
        Personal { take_back: &[], exports: personal::EXPORTS }
    }

    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new()
            .routes(routes!(flow::list_providers))
            .routes(routes!(flow::authorize))
            .routes(routes!(flow::come_from_provider))
            .routes(routes!(complete::complete))
            .routes(routes!(complete::register_with_provider))
            .routes(routes!(identities::list_identities))
            .routes(routes!(identities::link, identities::unlink))
    }

    fn equip(&self, wiring: &Wiring, parts: &mut Parts) -> Result<(), Unable> {
        let Settings { oauth_providers, public_url, .. } = &wiring.settings;
        parts.put(Providers::new(oauth_providers.clone(), &public_url.0)?);
        Ok(())
    }
}
