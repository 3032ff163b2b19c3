//! Sessions as JSON. What holds a secret does not show it in debug output.

use crate::users::dto::Account;
use infra::vault::AccessToken;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a person logs in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogIn {
    /// In any case.
    #[schema(example = "마당쇠")]
    pub handle: String,
    /// As given at registration.
    #[schema(format = Password, example = "correct horse battery")]
    pub password: String,
}

/// What a person shows from now on.
#[derive(Serialize, ToSchema)]
pub struct Session {
    /// To be sent as `Authorization: Bearer <access_token>`.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// How long it is good for.
    pub expires_in_seconds: u64,
    /// Who has logged in.
    pub user: Account,
}

impl Session {
    /// A session of this person.
    #[must_use]
    pub fn of(token: AccessToken, user: Account) -> Self {
        let AccessToken { access_token, expires_in_seconds } = token;
        Self { access_token, token_type: "Bearer", expires_in_seconds, user }
    }
}
