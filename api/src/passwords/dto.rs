//! Changes of passwords as JSON. Nothing here has debug output: all of it is secret.

use serde::Deserialize;
use utoipa::ToSchema;

/// Another password, by who knows the old one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The one so far. Left out by who has none, having joined by social login.
    #[serde(default)]
    #[schema(format = Password)]
    pub old_password: Option<String>,
    /// 8 to 128 characters.
    #[schema(format = Password, example = "correct horse battery")]
    pub new_password: String,
}

/// Who has forgotten their password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskReset {
    /// Of the account.
    #[schema(example = "mina@example.kr")]
    pub email: String,
}

/// Another password, by who has the link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reset {
    /// What the link in the letter carries after `#token=`.
    pub token: String,
    /// 8 to 128 characters.
    #[schema(format = Password, example = "correct horse battery")]
    pub password: String,
}
