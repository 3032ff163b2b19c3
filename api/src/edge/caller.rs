//! The caller of a request: nobody known, a person, or an operator in a person's name.

use super::arrival::{Arrival, Bearer};
use super::problem::Problem;
use crate::app::App;
use axum::extract::FromRequestParts;
use axum::http::{StatusCode, request};
use domain::user::{Role, User};
use domain::value::UserId;
use event_log::event_store::Loaded;
use std::sync::Arc;
use uuid::Uuid;
use vault::Caller;

/// The header in which an operator names the person to act as.
pub const ACT_AS: &str = "madang-act-as";

/// A person in whose name a request is made.
#[derive(Clone, Debug)]
pub struct Person {
    /// The person's id.
    pub id: UserId,
    /// The person's account as it is now.
    pub user: Arc<Loaded<User>>,
    /// The session that the request belongs to; none if an operator asks in the person's name.
    pub session: Option<Uuid>,
}

impl Person {
    /// True if an operator asks in the person's name.
    #[must_use]
    pub fn by_operator(&self) -> bool {
        self.session.is_none()
    }

    /// Refuses a person who lacks the role.
    ///
    /// # Errors
    /// 403.
    pub fn must_have(&self, role: Role) -> Result<(), Problem> {
        if self.user.has(role) {
            return Ok(());
        }
        Err(role_needed(role))
    }
}

/// The roles that open everything that ever happened.
pub const READS_HISTORY: [Role; 2] = [Role::Analyst, Role::Admin];

/// Refuses a person who may not read the history.
///
/// # Errors
/// 403.
pub fn must_read_history(user: &User) -> Result<(), Problem> {
    match READS_HISTORY.iter().any(|&role| user.has(role)) {
        true => Ok(()),
        false => Err(role_needed(Role::Analyst)),
    }
}

/// A member of the staff, who looks after the service: a person with a role for it, or an operator in
/// nobody's name.
#[derive(Clone, Debug)]
pub struct Staff(Option<Person>);

impl Staff {
    /// The member of the staff who makes the request.
    ///
    /// # Errors
    /// 401 if nobody is logged in.
    pub async fn of(parts: &request::Parts, app: &App) -> Result<Self, Problem> {
        match Person::if_any(parts, app, Departed::Refused).await? {
            None if !is_operator(parts) => Err(nobody(false)),
            person => Ok(Self(person)),
        }
    }

    /// The handle of the person; none for an operator.
    #[must_use]
    pub fn handle(&self) -> Option<&str> {
        self.0.as_ref().map(|person| person.user.handle.as_str())
    }

    /// Refuses a person who has none of the roles; operators need none. Returns the person's id, if there is
    /// one.
    ///
    /// # Errors
    /// 403, for the first of the roles.
    pub fn must_have_any(&self, roles: &[Role]) -> Result<Option<UserId>, Problem> {
        match &self.0 {
            Some(person) if !roles.iter().any(|&role| person.user.has(role)) => Err(role_needed(roles[0])),
            person => Ok(person.as_ref().map(|person| person.id)),
        }
    }
}

impl FromRequestParts<App> for Staff {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, app: &App) -> Result<Self, Problem> {
        Self::of(parts, app).await
    }
}

/// The problem of a person who lacks a role.
#[must_use]
pub fn role_needed(role: Role) -> Problem {
    let detail = format!("This needs the role {role}. An admin can grant it.");
    Problem::new(StatusCode::FORBIDDEN, "role_needed", detail)
}

/// The rule for people who have left: whether their requests are still admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Departed {
    /// Refused: the tokens of people who have left are worth nothing.
    Refused,
    /// Admitted, so that leaving can be repeated without harm.
    Admitted,
}

impl Person {
    /// The person in whose name the request is made.
    ///
    /// # Errors
    /// 401 without a token of an active person; 403 if an operator names nobody.
    pub async fn of(parts: &request::Parts, app: &App, departed: Departed) -> Result<Self, Problem> {
        match Self::if_any(parts, app, departed).await? {
            Some(person) => Ok(person),
            None => Err(nobody(is_operator(parts))),
        }
    }

    /// The person in whose name the request is made, if there is one: for routes where nobody needs to be
    /// logged in.
    ///
    /// # Errors
    /// 401 with a token that is worth nothing; 403 if a caller acts as another without being an operator.
    pub async fn if_any(
        parts: &request::Parts,
        app: &App,
        departed: Departed,
    ) -> Result<Option<Self>, Problem> {
        let act_as = parts.headers.get(ACT_AS);
        let (id, session) = match (&arrival(parts)?.bearer, act_as) {
            (Bearer::Absent, None) | (Bearer::Known(Caller::Operator), None) => return Ok(None),
            (Bearer::Known(Caller::User { user, session }), None) => (*user, Some(*session)),
            (Bearer::Known(Caller::Operator), Some(value)) => {
                let id = value.to_str().ok().and_then(|text| text.parse().ok());
                (
                    id.ok_or_else(|| {
                        Problem::bad_parameter("Madang-Act-As", "not_an_id", "must be a user's id")
                    })?,
                    None,
                )
            }
            (Bearer::Known(Caller::User { .. }) | Bearer::Absent, Some(_)) => {
                return Err(Problem::forbidden(
                    "act_as_forbidden",
                    "Only operators may send `Madang-Act-As`. Leave the header out.",
                ));
            }
            (Bearer::Expired, _) => return Err(expired()),
            (Bearer::SessionEnded, _) => return Err(session_ended()),
            (Bearer::Invalid, _) => return Err(not_ours()),
        };
        let user = app.executor.load::<User>(id.0).await?;
        if user.is_active() || (departed == Departed::Admitted && user.registered) {
            return Ok(Some(Self { id, user, session }));
        }
        if session.is_none() {
            return Err(Problem::not_found(
                "user_not_found",
                "There is no person with the id in `Madang-Act-As`.",
            ));
        }
        Err(Problem::unauthorized("account_deactivated", "This account was deactivated."))
    }
}

impl FromRequestParts<App> for Person {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, app: &App) -> Result<Self, Problem> {
        Self::of(parts, app, Departed::Refused).await
    }
}

/// Refuses a token that is worth nothing where no person is needed: a client that sends one believes to be
/// logged in.
///
/// # Errors
/// 401.
pub fn must_not_be_worthless(bearer: &Bearer) -> Result<(), Problem> {
    match bearer {
        Bearer::Absent | Bearer::Known(_) => Ok(()),
        Bearer::Expired => Err(expired()),
        Bearer::SessionEnded => Err(session_ended()),
        Bearer::Invalid => Err(not_ours()),
    }
}

fn expired() -> Problem {
    Problem::unauthorized(
        "token_expired",
        "The access token has expired. Get a new one by POST /v1/sessions/refresh, then repeat.",
    )
}

/// The problem of a caller who shows a token of a session that is over.
#[must_use]
pub fn session_ended() -> Problem {
    Problem::unauthorized("session_ended", "This session has ended. Log in again by POST /v1/sessions.")
}

fn not_ours() -> Problem {
    Problem::unauthorized("token_invalid", "This is no access token of ours. Log in by POST /v1/sessions.")
}

/// The problem of a request that needs a person and has none.
#[must_use]
pub fn nobody(by_operator: bool) -> Problem {
    if by_operator {
        return Problem::forbidden(
            "act_as_missing",
            "An operator does this in a person's name only. Name them in `Madang-Act-As: <user id>`.",
        );
    }
    Problem::unauthorized(
        "not_logged_in",
        "This needs a login. Send `Authorization: Bearer <access_token>`, got from POST /v1/sessions.",
    )
}

/// True if an operator's token came with the request.
#[must_use]
pub fn is_operator(parts: &request::Parts) -> bool {
    let arrival = parts.extensions.get::<Arrival>();
    arrival.is_some_and(|arrival| matches!(arrival.bearer, Bearer::Known(Caller::Operator)))
}

/// The arrival: what the layers learnt of the request.
///
/// # Errors
/// 500 if a route was put outside the layers.
pub fn arrival(parts: &request::Parts) -> Result<&Arrival, Problem> {
    parts.extensions.get().ok_or_else(|| {
        tracing::error!("a route stands outside the layers");
        Problem::internal()
    })
}
