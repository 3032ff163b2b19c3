//! Sessions as JSON. What holds a secret does not show it in debug output.

use crate::users::dto::Account;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use vault::sessions::{self, Opened};

/// What a person logs in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogIn {
    /// Handle or e-mail address, in any case.
    #[schema(example = "마당쇠")]
    pub login: String,
    /// As given at sign-up.
    #[schema(format = Password, example = "correct horse battery")]
    pub password: String,
    /// Put the tokens into cookies, for browsers; needs the header `Madang-CSRF: 1`.
    #[serde(default)]
    pub use_cookies: bool,
}

/// What a session goes on by.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    /// The newest of the session. Left out by browsers, whose cookie brings it; they send `Madang-CSRF: 1`.
    #[serde(default)]
    pub refresh_token: Option<String>,
}

/// What a person shows from now on.
#[derive(Serialize, ToSchema)]
pub struct Session {
    /// Which session.
    pub session_id: Uuid,
    /// To be sent as `Authorization: Bearer <access_token>`. Not there where cookies were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token: Option<String>,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// How long the access token is good for.
    pub expires_in_seconds: u64,
    /// For POST /v1/sessions/refresh, once. Not there where cookies were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// Who has logged in.
    pub user: Account,
}

impl Session {
    /// A session of this person; without its tokens where cookies carry them.
    #[must_use]
    pub fn of(opened: &Opened, user: Account, by_cookies: bool) -> Self {
        let shown = |token: &String| (!by_cookies).then(|| token.clone());
        Self {
            session_id: opened.session,
            access_token: shown(&opened.access.access_token),
            token_type: "Bearer",
            expires_in_seconds: opened.access.expires_in_seconds,
            refresh_token: shown(&opened.refresh),
            user,
        }
    }
}

/// A session as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionSeen {
    /// Which.
    pub id: Uuid,
    /// Whether this very request was made in it.
    pub is_this_one: bool,
    /// Browser and system in a few words, as far as they can be told.
    #[schema(example = "Chrome, Android")]
    pub device: String,
    /// What the browser or app says of itself.
    pub user_agent: String,
    /// The address it was last refreshed from.
    #[schema(example = "203.0.113.7")]
    pub address: String,
    /// When its owner logged in.
    pub created_at: DateTime<Utc>,
    /// When it was last refreshed.
    pub last_seen_at: DateTime<Utc>,
    /// When it is over unless it is refreshed.
    pub expires_at: DateTime<Utc>,
}

/// All of one's own sessions, the last seen first; at most 50.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionList {
    /// The sessions.
    pub items: Vec<SessionSeen>,
}

impl SessionSeen {
    /// As the owner sees it from the session `here`.
    #[must_use]
    pub fn of(session: sessions::Session, here: Uuid) -> Self {
        Self {
            id: session.id,
            is_this_one: session.id == here,
            device: sessions::device_name(&session.user_agent),
            user_agent: session.user_agent,
            address: session.address,
            created_at: session.created_at,
            last_seen_at: session.last_seen_at,
            expires_at: session.expires_at,
        }
    }
}
