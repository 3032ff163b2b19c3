//! Changes of passwords as JSON. No type here has debug output: all of it is secret.

use serde::Deserialize;
use utoipa::ToSchema;

/// A new password, from a person who knows the old one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The password so far. A person who has none, having joined by social login, leaves this out.
    #[serde(default)]
    #[schema(format = Password)]
    pub old_password: Option<String>,
    /// The new password, 8 to 128 characters.
    #[schema(format = Password, example = "correct horse battery")]
    pub new_password: String,
}

/// A person who has forgotten their password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskReset {
    /// The account's e-mail address.
    #[schema(example = "mina@example.kr")]
    pub email: String,
}

/// A new password, from a person who has the link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reset {
    /// The token that the link in the letter carries after `#token=`.
    pub token: String,
    /// The new password, 8 to 128 characters.
    #[schema(format = Password, example = "correct horse battery")]
    pub password: String,
}
