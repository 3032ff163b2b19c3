//! Withdrawals as JSON. No type here has debug output: all of it is secret.

use serde::Deserialize;
use utoipa::ToSchema;

/// A person who leaves, and proves that they mean it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Withdraw {
    /// The account's password. A person who has none, having joined by social login, leaves this out.
    #[serde(default)]
    #[schema(format = Password)]
    pub password: Option<String>,
}

/// A person who wants to come back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ComeBack {
    /// The token that the link in the letter carries after `#token=`.
    pub token: String,
}
