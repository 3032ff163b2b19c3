//! Sessions as JSON. A type that holds a secret does not show it in debug output.

use crate::users::dto::Account;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use vault::sessions::{self, Opened};

/// A login with a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogIn {
    /// The handle or e-mail address, in any case.
    #[schema(example = "마당쇠")]
    pub login: String,
    /// The password, as given at sign-up.
    #[schema(format = Password, example = "correct horse battery")]
    pub password: String,
    /// True to put the tokens into cookies, for browsers; needs the header `Madang-CSRF: 1`.
    #[serde(default)]
    pub use_cookies: bool,
}

/// The token by which a session goes on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    /// The newest refresh token of the session. Left out by browsers, whose cookie brings it; they send
    /// `Madang-CSRF: 1`.
    #[serde(default)]
    pub refresh_token: Option<String>,
}

/// A session, with the tokens that the client sends from now on.
#[derive(Serialize, ToSchema)]
pub struct Session {
    /// The session's id.
    pub session_id: Uuid,
    /// The access token, to be sent as `Authorization: Bearer <access_token>`. Left out where cookies were
    /// asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token: Option<String>,
    /// The token's type, always `Bearer`.
    pub token_type: &'static str,
    /// The number of seconds for which the access token is good.
    pub expires_in_seconds: u64,
    /// The refresh token for POST /v1/sessions/refresh, good for one use. Left out where cookies were asked
    /// for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// The account of the person who has logged in.
    pub user: Account,
}

impl Session {
    /// Makes the JSON of a session; without its tokens where cookies carry them.
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
    /// The session's id.
    pub id: Uuid,
    /// True if this very request was made in this session.
    pub is_this_one: bool,
    /// The browser and system in a few words, as far as they can be told.
    #[schema(example = "Chrome, Android")]
    pub device: String,
    /// The text by which the browser or app describes itself.
    pub user_agent: String,
    /// The address from which the session was last refreshed.
    #[schema(example = "203.0.113.7")]
    pub address: String,
    /// The time at which the owner logged in.
    pub created_at: DateTime<Utc>,
    /// The time of the last refresh.
    pub last_seen_at: DateTime<Utc>,
    /// The time at which the session is over unless it is refreshed.
    pub expires_at: DateTime<Utc>,
}

/// All of one's own sessions, the last seen first; at most 50.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionList {
    /// The sessions.
    pub items: Vec<SessionSeen>,
}

impl SessionSeen {
    /// Makes the JSON of a session as its owner sees it from the session `here`.
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
