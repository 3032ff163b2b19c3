//! The commands' side of a request, all that comes with a write: caller, idempotency key, expected version,
//! body.

use super::body;
use super::caller::{self, Departed, Person, Staff};
use super::committed::Committed;
use super::problem::Problem;
use super::reader::presented;
use super::version::if_match;
use crate::app::App;
use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{HeaderMap, Method, Uri, request};
use domain::user::Role;
use domain::value::UserId;
use event_log::event_store::{Answer, Envelope, IdempotencyKey};
use projections::Position;
use serde::de::DeserializeOwned;
use uuid::Uuid;

const KEY: &str = "idempotency-key";
const KEY_MAX_LENGTH: usize = 255;

/// A write by a person, without a body.
#[derive(Debug)]
pub struct WriteRequest {
    /// The person in whose name the write is made.
    pub by: Person,
    /// The envelope for the executor.
    pub envelope: Envelope,
    seen: Position,
}

/// A write by a person, with a JSON body.
#[derive(Debug)]
pub struct WriteRequestWith<T> {
    /// The write, all but its body.
    pub request: WriteRequest,
    /// The body.
    pub fields: T,
}

/// A person's wish to leave, which can be repeated after they have left.
#[derive(Debug)]
pub struct Leaving(pub WriteRequest);

/// A write by an operator in nobody's name, with a JSON body.
///
/// All keys without a person are in one namespace, so only operators have them: two strangers who chose the same key
/// would get each other's answers.
#[derive(Debug)]
pub struct ByOperator<T> {
    /// The envelope for the executor.
    pub envelope: Envelope,
    /// The body.
    pub fields: T,
    seen: Position,
}

impl WriteRequest {
    async fn of(parts: &request::Parts, app: &App, departed: Departed) -> Result<Self, Problem> {
        let by = Person::of(parts, app, departed).await?;
        let envelope = Envelope {
            actor: Some(by.id),
            operator: by.by_operator(),
            key: None,
            expected_versions: if_match(&parts.headers)?,
            correlation_id: caller::arrival(parts)?.correlation_id,
        };
        Ok(Self { by, envelope, seen: seen(&parts.headers) })
    }

    async fn without_body(parts: &request::Parts, app: &App, departed: Departed) -> Result<Self, Problem> {
        let key = Key::of(parts)?;
        let mut write = Self::of(parts, app, departed).await?;
        write.envelope.key = key.map(|key| key.with_body(app, &[]));
        Ok(write)
    }

    /// Takes the stored answer: this node will let the person see the write in their next read.
    #[must_use]
    pub fn committed<A>(&self, app: &App, answer: &Answer<A>) -> Committed {
        app.written.note(self.by.id, answer.position);
        Committed::new(answer.position, self.seen)
    }

    /// The same write with a body that is not JSON and of which only these parts are known: its key with
    /// another body is 422.
    #[must_use]
    pub fn about(mut self, app: &App, body: &[&[u8]]) -> Self {
        if let Some(key) = &mut self.envelope.key {
            let parts: Vec<&[u8]> =
                std::iter::once(&key.request_hash[..]).chain(body.iter().copied()).collect();
            key.request_hash = app.vault.request_hash(&parts);
        }
        self
    }

    /// The same write, made under this alias: nothing that is stored with it tells whose the alias is. What
    /// the client sends with named writes, too, comes along as a keyed hash, or not at all.
    #[must_use]
    pub fn under(mut self, app: &App, alias: UserId) -> Self {
        self.envelope.actor = Some(alias);
        self.envelope.operator = false;
        self.envelope.correlation_id = Uuid::now_v7();
        if let Some(key) = &mut self.envelope.key {
            let hash = |what: &[u8], of: &[u8]| app.vault.request_hash(&[what, alias.0.as_bytes(), of]);
            let hidden = hash(b"key", key.key.as_bytes());
            key.request_hash = hash(b"request", &key.request_hash);
            key.key = hidden.iter().map(|byte| format!("{byte:02x}")).collect();
        }
        self
    }

    /// The client's name for this command, if it gave one.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.envelope.key.as_ref().map(|key| key.key.as_str())
    }

    /// The envelope without an expected version, for aggregates whose versions clients don't know: `If-Match`
    /// has nothing to match there.
    #[must_use]
    pub fn unversioned(&self) -> Envelope {
        Envelope { expected_versions: None, ..self.envelope.clone() }
    }

    /// The envelope of a request's second command, whose key must differ from the first command's, and from
    /// any key that a client can send: those have no space in them.
    #[must_use]
    pub fn second_envelope(&self, suffix: &str, expected: Option<i64>) -> Envelope {
        let key = self.envelope.key.as_ref().map(|key| IdempotencyKey {
            key: format!("{} {suffix}", key.key),
            request_hash: key.request_hash,
        });
        Envelope { key, expected_versions: expected.map(|version| vec![version]), ..self.envelope.clone() }
    }
}

impl<T> ByOperator<T> {
    /// Takes the stored answer: this node will let the person whom the write is about see it in their next
    /// read.
    #[must_use]
    pub fn committed<A>(&self, app: &App, about: UserId, answer: &Answer<A>) -> Committed {
        app.written.note(about, answer.position);
        Committed::new(answer.position, self.seen)
    }
}

impl FromRequestParts<App> for WriteRequest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, app: &App) -> Result<Self, Problem> {
        Self::without_body(parts, app, Departed::Refused).await
    }
}

impl FromRequestParts<App> for Leaving {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, app: &App) -> Result<Self, Problem> {
        WriteRequest::without_body(parts, app, Departed::Admitted).await.map(Self)
    }
}

impl<T: DeserializeOwned> FromRequest<App> for WriteRequestWith<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        // The caller is checked first: one who may not ask at all is told so before the body is read.
        let mut write = WriteRequest::of(&parts, app, Departed::Refused).await?;
        let key = Key::of(&parts)?;
        let bytes = body::bytes(Request::from_parts(parts, body)).await?;
        write.envelope.key = key.map(|key| key.with_body(app, &bytes));
        Ok(Self { request: write, fields: body::parse(&bytes)? })
    }
}

impl<T: DeserializeOwned> FromRequest<App> for ByOperator<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        caller::must_not_be_worthless(&caller::arrival(&parts)?.bearer)?;
        if !caller::is_operator(&parts) {
            return Err(Problem::forbidden(
                "operators_only",
                "Only operators may do this. To become a member, sign up by POST /v1/sign-ups.",
            ));
        }
        let (envelope, fields, seen) = read(parts, body, None, app).await?;
        Ok(Self { envelope, fields, seen })
    }
}

/// A write by an admin, or by an operator in nobody's name, with a JSON body.
#[derive(Debug)]
pub struct ByAdmin<T> {
    /// The envelope for the executor.
    pub envelope: Envelope,
    /// The body.
    pub fields: T,
    by: Option<UserId>,
    seen: Position,
}

impl<T> ByAdmin<T> {
    /// Takes the stored answer: this node will let the admin see the write in their next read.
    #[must_use]
    pub fn committed<A>(&self, app: &App, answer: &Answer<A>) -> Committed {
        if let Some(by) = self.by {
            app.written.note(by, answer.position);
        }
        Committed::new(answer.position, self.seen)
    }
}

impl<T: DeserializeOwned> FromRequest<App> for ByAdmin<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let by = Staff::of(&parts, app).await?.must_have_any(&[Role::Admin])?;
        let (envelope, fields, seen) = read(parts, body, by, app).await?;
        Ok(Self { envelope, fields, by, seen })
    }
}

/// Reads the rest of a write, once its caller was admitted: in this person's name, or as an operator in
/// nobody's.
async fn read<T: DeserializeOwned>(
    parts: request::Parts,
    body: Body,
    by: Option<UserId>,
    app: &App,
) -> Result<(Envelope, T, Position), Problem> {
    let seen = seen(&parts.headers);
    let mut envelope = Envelope {
        actor: by,
        operator: caller::is_operator(&parts),
        key: None,
        expected_versions: None,
        correlation_id: caller::arrival(&parts)?.correlation_id,
    };
    let key = Key::of(&parts)?;
    let bytes = body::bytes(Request::from_parts(parts, body)).await?;
    envelope.key = key.map(|key| key.with_body(app, &bytes));
    Ok((envelope, body::parse(&bytes)?, seen))
}

/// The position that the client has seen before, so that the cookie never goes back.
fn seen(headers: &HeaderMap) -> Position {
    presented(headers).unwrap_or(0)
}

/// An `Idempotency-Key` and all of its request but the body.
struct Key {
    key: String,
    method: Method,
    uri: Uri,
}

impl Key {
    fn of(parts: &request::Parts) -> Result<Option<Self>, Problem> {
        let Some(value) = parts.headers.get(KEY) else { return Ok(None) };
        let bytes = value.as_bytes();
        let fits = (1..=KEY_MAX_LENGTH).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic);
        let key = value.to_str().ok().filter(|_| fits).ok_or_else(|| {
            let detail = "must be 1 to 255 visible ASCII characters, such as a UUID";
            Problem::bad_parameter("Idempotency-Key", "invalid_key", detail)
        })?;
        Ok(Some(Self { key: key.to_owned(), method: parts.method.clone(), uri: parts.uri.clone() }))
    }

    fn with_body(self, app: &App, body: &[u8]) -> IdempotencyKey {
        let path = self.uri.path_and_query().map_or("", |path| path.as_str());
        let parts = [self.method.as_str().as_bytes(), path.as_bytes(), body];
        IdempotencyKey { key: self.key, request_hash: app.vault.request_hash(&parts) }
    }
}
