//! A command on its way to the log, and what came of it.

use chrono::{DateTime, Utc};
use domain::Decide;
use domain::value::UserId;
use projections::Position;
use std::ops::Deref;
use uuid::Uuid;

/// Who asks, and under which conditions; the command itself comes beside it.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// The person in whose name it is done; none when nobody is logged in yet.
    pub actor: Option<UserId>,
    /// The operator who does it in the actor's name, if any.
    pub operator: bool,
    /// The client's name for this command: repeating it changes nothing.
    pub key: Option<IdempotencyKey>,
    /// The version the client has seen (`If-Match`); another one is [`CommandError::VersionMismatch`].
    pub expected_version: Option<i64>,
    /// Ties everything caused by one request together.
    pub correlation_id: Uuid,
}

impl Envelope {
    /// Without a key, for whatever version there is.
    #[must_use]
    pub fn plain(actor: Option<UserId>, operator: bool, correlation_id: Uuid) -> Self {
        Self { actor, operator, key: None, expected_version: None, correlation_id }
    }

    /// Of what the service does by itself, or at an operator's command, in nobody's name.
    #[must_use]
    pub fn of_service() -> Self {
        Self::plain(None, true, Uuid::now_v7())
    }
}

/// An `Idempotency-Key` with a keyed hash of the request it came with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// As the client chose it, 1 to 255 visible ASCII characters.
    pub key: String,
    /// HMAC of method, path and body, so that the key with another request is noticed, and a password
    /// in the body can't be guessed from it.
    pub request_hash: [u8; 32],
}

/// A command's effect: the aggregate right after it.
#[derive(Clone, Debug)]
pub struct Answer<A> {
    /// Which aggregate; for a repeated key the one that the first time made.
    pub id: Uuid,
    /// Its state after the command.
    pub state: A,
    /// Its sequence after the command: the `ETag`.
    pub version: i64,
    /// The position of its latest event: what a reader must have seen to see this command.
    pub position: Position,
    /// When its first event was stored.
    pub created_at: DateTime<Utc>,
    /// When its latest event was stored.
    pub updated_at: DateTime<Utc>,
}

/// An aggregate as the log has it now.
#[derive(Clone, Debug, Default)]
pub struct Loaded<A> {
    /// Default when it has no events.
    pub state: A,
    /// 0 when it has no events.
    pub version: i64,
    /// The position of its latest event, 0 when it has none.
    pub position: Position,
    /// When its first event was stored.
    pub created_at: Option<DateTime<Utc>>,
    /// When its latest event was stored.
    pub updated_at: Option<DateTime<Utc>>,
}

/// Most callers ask the state something and need no more of it.
impl<A> Deref for Loaded<A> {
    type Target = A;

    fn deref(&self) -> &A {
        &self.state
    }
}

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum CommandError<A: Decide> {
    /// A rule of the domain forbids it.
    #[error(transparent)]
    Refused(A::Refusal),
    /// Another aggregate has what this one wants (a handle, for one).
    #[error("{kind} is taken")]
    ClaimTaken {
        /// The kind of claim.
        kind: String,
    },
    /// The client's `If-Match` names another version than the current one.
    #[error("the version is {actual} by now")]
    VersionMismatch {
        /// The current version.
        actual: i64,
    },
    /// The idempotency key was used for another request.
    #[error("this Idempotency-Key was used with another request")]
    KeyReused,
    /// Other processes changed the aggregate again and again in between.
    #[error("too many changes at once; try again")]
    Contention,
    /// The log can't be reached or refuses to store this.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The log failed, not the command.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Try again later: whether the command was stored is unknown to us, so the client should repeat it
    /// with the same key.
    #[error("the event store can't be reached")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// More commands are waiting, all in all or for one aggregate, than this process keeps.
    #[error("too many commands are waiting")]
    Overloaded,
    /// The database accepted the connection and refused the data.
    #[error("the event store refused the data")]
    Refused(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A stored event that this build can't read.
    #[error("a stored event can't be read")]
    Unreadable(#[source] Box<dyn std::error::Error + Send + Sync>),
}
