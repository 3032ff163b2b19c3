//! The requests about accounts, and what comes with them. None of them takes an `Idempotency-Key`: their
//! answers hold secrets, which are not kept to be given again.

use super::body;
use super::caller::{self, Departed, Person};
use super::problem::{FieldError, Problem};
use crate::app::App;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{HeaderMap, header, request};
use domain::value::UserId;
use serde::de::DeserializeOwned;
use std::time::Duration;
use uuid::Uuid;
use vault::Email;
use vault::accounts::PasswordHash;
use vault::attempts::Policy;
use vault::mail::Language;
use vault::sessions::Device;

/// A person themself, in one of their sessions; never an operator in their name.
#[derive(Debug)]
pub struct Member {
    /// The person's id.
    pub id: UserId,
    /// The session's id.
    pub session: Uuid,
    /// The person's account as it is now.
    pub person: Person,
}

/// A form that a person themself sends.
#[derive(Debug)]
pub struct MemberForm<T> {
    /// The person who sends the form.
    pub member: Member,
    /// The body.
    pub fields: T,
    /// The id that ties together everything that the request causes.
    pub correlation_id: Uuid,
}

/// A form that anyone may send.
#[derive(Debug)]
pub struct Form<T> {
    /// The body.
    pub fields: T,
    /// The visitor who sends the form.
    pub from: Visitor,
    /// All headers of the request.
    pub headers: HeaderMap,
}

/// A visitor: from where a request comes.
#[derive(Debug)]
pub struct Visitor {
    /// The device, as a session shows it.
    pub device: Device,
    /// The network by which limits are counted.
    pub network: Vec<u8>,
    /// The id that ties together everything that the request causes.
    pub correlation_id: Uuid,
}

impl FromRequestParts<App> for Member {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, app: &App) -> Result<Self, Problem> {
        let person = Person::of(parts, app, Departed::Refused).await?;
        let Some(session) = person.session else {
            return Err(Problem::forbidden(
                "not_for_operators",
                "Only the person themself may do this, logged in.",
            ));
        };
        Ok(Self { id: person.id, session, person })
    }
}

impl<T: DeserializeOwned> FromRequest<App> for MemberForm<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        // The caller is checked first: one who may not ask at all is told so before the body is read.
        let member = Member::from_request_parts(&mut parts, app).await?;
        let correlation_id = caller::arrival(&parts)?.correlation_id;
        let bytes = body::bytes(Request::from_parts(parts, body)).await?;
        Ok(Self { member, fields: body::parse(&bytes)?, correlation_id })
    }
}

impl<T: DeserializeOwned> FromRequest<App> for Form<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &App) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let (from, headers) = (Visitor::of(&parts)?, parts.headers.clone());
        let bytes = body::bytes(Request::from_parts(parts, body)).await?;
        Ok(Self { fields: body::parse(&bytes)?, from, headers })
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, _: &App) -> Result<Self, Problem> {
        Self::of(parts)
    }
}

impl Visitor {
    fn of(parts: &request::Parts) -> Result<Self, Problem> {
        let arrival = caller::arrival(parts)?;
        let user_agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Ok(Self {
            device: Device::new(user_agent.unwrap_or_default(), arrival.peer),
            network: arrival.network(),
            correlation_id: arrival.correlation_id,
        })
    }

    /// Counts a try of one kind by this visitor.
    ///
    /// # Errors
    /// 429 if there were too many tries.
    pub async fn may(&self, app: &App, policy: &Policy) -> Result<(), Problem> {
        may(app, policy, &[&self.network]).await
    }
}

/// Counts a try of one kind under one key.
///
/// # Errors
/// 429 if there were too many tries.
pub async fn may(app: &App, policy: &Policy, key: &[&[u8]]) -> Result<(), Problem> {
    match app.vault.attempts.count(policy, key).await? {
        None => Ok(()),
        Some(wait) => Err(Problem::too_many_attempts(wait)),
    }
}

/// Checks the password of a member who has one, to prove once more that they are the person. Returns the hash
/// as it is stored.
///
/// # Errors
/// 422 if the password is wrong, 429 if there were too many tries.
pub async fn must_know_password(
    app: &App,
    member: &Member,
    password: Option<&str>,
    pointer: &'static str,
) -> Result<Option<PasswordHash>, Problem> {
    const GUESSES: Policy = hourly("password_again", 10);
    let accounts = &app.vault.accounts;
    if !accounts.details(member.id).await?.has_password {
        return Ok(None);
    }
    let key: &[&[u8]] = &[member.id.0.as_bytes()];
    may(app, &GUESSES, key).await?;
    let known = accounts.check_password(Some(member.id), password.unwrap_or_default()).await?;
    if known.is_none() {
        let error = FieldError::at(pointer, "wrong_password", "is not your password");
        return Err(Problem::invalid(vec![error]));
    }
    app.vault.attempts.reset(&GUESSES, key).await?;
    Ok(known)
}

/// The language of letters to a person: the one they chose, or that of their browser, or Korean.
#[must_use]
pub fn language(chosen: Option<Language>, headers: &HeaderMap) -> Language {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    chosen.or_else(|| accepted.and_then(Language::of_accept_language)).unwrap_or(Language::Korean)
}

/// Counts a letter that strangers can have sent to one address: nobody's mailbox is to be filled.
///
/// # Errors
/// 429 if there were too many letters.
pub async fn may_be_written_to(app: &App, email: &Email) -> Result<(), Problem> {
    const LETTERS: Policy = hourly("letters_to", 8);
    may(app, &LETTERS, &[email.key().as_bytes()]).await
}

/// A policy whose tries are reset after an hour without any.
#[must_use]
pub const fn hourly(kind: &'static str, burst: i32) -> Policy {
    const HOUR: Duration = Duration::from_secs(3_600);
    Policy { kind, burst, longest: HOUR, reset_after: HOUR }
}
