//! Leaving as JSON. Nothing here has debug output: all of it is secret.

use serde::Deserialize;
use utoipa::ToSchema;

/// Who means it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Withdraw {
    /// Of the account. Left out by who has none, having joined by social login.
    #[serde(default)]
    #[schema(format = Password)]
    pub password: Option<String>,
}

/// Who wants to come back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ComeBack {
    /// What the link in the letter carries after `#token=`.
    pub token: String,
}
