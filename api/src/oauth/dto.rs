//! Logins elsewhere as JSON. A type that holds a secret or an address has no debug output.

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
    /// The services' names, as they stand in addresses.
    #[schema(example = json!(["google", "kakao", "naver"]))]
    pub items: Vec<String>,
}

/// A login elsewhere that has begun.
#[derive(Serialize, ToSchema)]
pub struct AuthorizationStarted {
    /// The address where the browser goes now.
    #[schema(example = "https://accounts.google.com/o/oauth2/v2/auth?response_type=code&…")]
    pub authorization_url: String,
}

/// The query string with which a provider sends a person back.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Returning {
    /// The state, as it was given to the provider.
    pub state: String,
    /// The provider's code, to be exchanged; left out if there was an error.
    pub code: Option<String>,
    /// The provider's error, if something went wrong.
    pub error: Option<String>,
    /// The provider that sends the person back (RFC 9207).
    pub iss: Option<String>,
}

/// A person who came back from a provider.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Completion {
    /// The text after `#code=` in the page's address.
    pub code: String,
    /// True to put the tokens into cookies, for browsers; needs the header `Madang-CSRF: 1`.
    #[serde(default)]
    pub use_cookies: bool,
}

/// The answer to a completion.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum Completed {
    /// The session of a person who is logged in.
    Session(Box<Session>),
    /// A person unknown here: to be registered, with the same code.
    Newcomer(NeedsRegistration),
}

/// A person who has no account here yet.
#[derive(Serialize, ToSchema)]
pub struct NeedsRegistration {
    /// The mark of this answer: always true.
    pub needs_registration: bool,
    /// The person's name there, to be suggested.
    #[schema(example = "Mina Kim")]
    pub display_name: Option<String>,
    /// The person's e-mail address there, if the service told it.
    #[schema(example = "mina@example.kr")]
    pub email: Option<String>,
    /// True if this address will be the account's; else an address has to be proved by POST /v1/me/email.
    pub email_verified: bool,
}

/// The choices of a new member who came from a provider.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// The text after `#code=` in the page's address.
    pub code: String,
    /// The handle: 2 to 20 letters, digits or `_`, Hangul included. Unique, whatever its case and
    /// look-alikes.
    #[schema(example = "마당쇠")]
    handle: String,
    /// The display name: 1 to 50 characters.
    #[schema(example = "Mina Kim")]
    display_name: String,
    /// True to put the tokens into cookies, for browsers; needs the header `Madang-CSRF: 1`.
    #[serde(default)]
    pub use_cookies: bool,
    /// The language in which letters are written. Without it `Accept-Language` counts.
    #[serde(default)]
    pub language: Option<ChosenLanguage>,
}

/// The accounts elsewhere that open one's own account, beside a password.
#[derive(Debug, Serialize, ToSchema)]
pub struct IdentityList {
    /// The identities, the oldest first; at most one of each service.
    pub items: Vec<Identity>,
}

/// An account elsewhere that opens one's own account.
#[derive(Debug, Serialize, ToSchema)]
pub struct Identity {
    /// The service's name.
    #[schema(example = "google")]
    pub provider: String,
    /// The time of the link.
    pub linked_at: DateTime<Utc>,
}

impl From<Linked> for Identity {
    fn from(Linked { provider, linked_at }: Linked) -> Self {
        Self { provider, linked_at }
    }
}

impl NeedsRegistration {
    /// Makes the answer for a person who has proved an identity that no account here has.
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
