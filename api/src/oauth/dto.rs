//! Logins elsewhere as JSON. What holds a secret or an address has no debug output.

use crate::edge::{Fields, Problem};
use crate::sessions::dto::Session;
use crate::sign_ups::dto::ChosenLanguage;
use chrono::{DateTime, Utc};
use domain::value::{DisplayName, Handle};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use vault::identities::Linked;
use vault::oauth::Proof;

/// The services that people may log in with.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProviderList {
    /// Their names, as they stand in addresses.
    #[schema(example = json!(["google", "kakao", "naver"]))]
    pub items: Vec<String>,
}

/// A login elsewhere that has begun.
#[derive(Serialize, ToSchema)]
pub struct AuthorizationStarted {
    /// Where the browser goes now.
    #[schema(example = "https://accounts.google.com/o/oauth2/v2/auth?response_type=code&…")]
    pub authorization_url: String,
}

/// What a provider sends back with someone.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Returning {
    /// As it was given to the provider.
    pub state: String,
    /// To be exchanged; not there if there was an error.
    pub code: Option<String>,
    /// What the provider says went wrong.
    pub error: Option<String>,
    /// Which provider says so (RFC 9207).
    pub iss: Option<String>,
}

/// Who came back from a provider.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Completion {
    /// What the page's address has after `#code=`.
    pub code: String,
    /// Put the tokens into cookies, for browsers; needs the header `Madang-CSRF: 1`.
    #[serde(default)]
    pub use_cookies: bool,
}

/// What comes of it.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum Completed {
    /// Logged in.
    Session(Box<Session>),
    /// Nobody known: to be registered, with the same code.
    Newcomer(NeedsRegistration),
}

/// Someone who has no account here yet.
#[derive(Serialize, ToSchema)]
pub struct NeedsRegistration {
    /// Always true.
    pub needs_registration: bool,
    /// What they are called there, to be suggested.
    #[schema(example = "Mina Kim")]
    pub display_name: Option<String>,
    /// Their address there, if it was told.
    #[schema(example = "mina@example.kr")]
    pub email: Option<String>,
    /// Whether it will be the account's; else one has to be proved by POST /v1/me/email.
    pub email_verified: bool,
}

/// What someone chooses who came from a provider.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// What the page's address has after `#code=`.
    pub code: String,
    /// 2 to 20 letters, digits or `_`, Hangul included. Unique, whatever its case and look-alikes.
    #[schema(example = "마당쇠")]
    handle: String,
    /// 1 to 50 characters.
    #[schema(example = "Mina Kim")]
    display_name: String,
    /// Put the tokens into cookies, for browsers; needs the header `Madang-CSRF: 1`.
    #[serde(default)]
    pub use_cookies: bool,
    /// In which letters are written. Without it `Accept-Language` counts.
    #[serde(default)]
    pub language: Option<ChosenLanguage>,
}

/// What opens one's own account, beside a password.
#[derive(Debug, Serialize, ToSchema)]
pub struct IdentityList {
    /// The oldest first; at most one of each service.
    pub items: Vec<Identity>,
}

/// An account elsewhere that opens one's own.
#[derive(Debug, Serialize, ToSchema)]
pub struct Identity {
    /// Where.
    #[schema(example = "google")]
    pub provider: String,
    /// Since when.
    pub linked_at: DateTime<Utc>,
}

impl From<Linked> for Identity {
    fn from(Linked { provider, linked_at }: Linked) -> Self {
        Self { provider, linked_at }
    }
}

impl NeedsRegistration {
    /// Of who proved to be someone unknown.
    #[must_use]
    pub fn of(proof: &Proof) -> Self {
        Self {
            needs_registration: true,
            display_name: proof.display_name.clone(),
            email: proof.email.as_ref().map(|email| email.as_str().to_owned()),
            email_verified: proof.verified_email().is_some(),
        }
    }
}

impl Registration {
    /// Checks every field.
    ///
    /// # Errors
    /// 422 with all that is wrong.
    pub fn parse(&self) -> Result<(Handle, DisplayName), Problem> {
        let mut fields = Fields::default();
        let handle = fields.take("/handle", Handle::parse(&self.handle));
        let display_name = fields.take("/display_name", DisplayName::parse(&self.display_name));
        match (handle, display_name) {
            (Some(handle), Some(display_name)) => Ok((handle, display_name)),
            _ => Err(fields.problem()),
        }
    }
}
