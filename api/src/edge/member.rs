//! What comes with requests about accounts. None of them takes an `Idempotency-Key`: their answers hold
//! secrets, which are not kept to be given again.

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
    /// Who.
    pub id: UserId,
    /// In which session.
    pub session: Uuid,
    /// As they are known now.
    pub person: Person,
}

/// A form that a person themself sends.
#[derive(Debug)]
pub struct MemberForm<T> {
    /// Who.
    pub member: Member,
    /// The body.
    pub fields: T,
    /// Ties everything caused by the request together.
    pub correlation_id: Uuid,
}

/// A form that anyone may send.
#[derive(Debug)]
pub struct Form<T> {
    /// The body.
    pub fields: T,
    /// From where it comes.
    pub from: Visitor,
    /// All headers.
    pub headers: HeaderMap,
}

/// From where a request comes.
#[derive(Debug)]
pub struct Visitor {
    /// As a session shows it.
    pub device: Device,
    /// What limits are counted by.
    pub network: Vec<u8>,
    /// Ties everything caused by the request together.
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
        // Who may not ask at all is told so before their body is read.
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

    /// Counts a try of one kind from here.
    ///
    /// # Errors
    /// 429 if there were too many.
    pub async fn may(&self, app: &App, policy: &Policy) -> Result<(), Problem> {
        may(app, policy, &[&self.network]).await
    }
}

/// Counts a try of one kind under one key.
///
/// # Errors
/// 429 if there were too many.
pub async fn may(app: &App, policy: &Policy, key: &[&[u8]]) -> Result<(), Problem> {
    match app.vault.attempts.count(policy, key).await? {
        None => Ok(()),
        Some(wait) => Err(Problem::too_many_attempts(wait)),
    }
}

/// Who is logged in proves once more that they are the person, where they have a password: as it is kept.
///
/// # Errors
/// 422 if they do not know it, 429 if they tried too often.
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

/// The language in which someone is written to: the one they chose, or that of their browser, or Korean.
#[must_use]
pub fn language(chosen: Option<Language>, headers: &HeaderMap) -> Language {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    chosen.or_else(|| accepted.and_then(Language::of_accept_language)).unwrap_or(Language::Korean)
}

/// Letters that strangers can have sent to one address: nobody's mailbox is to be filled.
///
/// # Errors
/// 429 if there were too many.
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
