//! A command's envelope on its way to the log, and the answer or error that came of the command.

use chrono::{DateTime, Utc};
use domain::Decide;
use domain::value::UserId;
use projections::Position;
use std::ops::Deref;
use uuid::Uuid;

/// The sender of a command and the conditions under which it may be carried out; the command itself comes
/// beside it.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// The person in whose name the command is carried out; none when nobody is logged in yet.
    pub actor: Option<UserId>,
    /// True if an operator sends the command, in the actor's name or in nobody's.
    pub operator: bool,
    /// The client's name for this command: repeating it changes nothing.
    pub key: Option<IdempotencyKey>,
    /// The versions one of which the client has seen (`If-Match`, which may be a list); any other one is
    /// [`CommandError::VersionMismatch`]. An empty list has only tags that are no version's, and matches none.
    pub expected_versions: Option<Vec<i64>>,
    /// The id that all events caused by one request share.
    pub correlation_id: Uuid,
}

impl Envelope {
    /// An envelope without a key, for whatever version there is.
    #[must_use]
    pub fn plain(actor: Option<UserId>, operator: bool, correlation_id: Uuid) -> Self {
        Self { actor, operator, key: None, expected_versions: None, correlation_id }
    }

    /// The envelope of a command that the service carries out by itself, or for an operator, in nobody's
    /// name.
    #[must_use]
    pub fn of_service() -> Self {
        Self::plain(None, true, Uuid::now_v7())
    }
}

/// An `Idempotency-Key` with a keyed hash of the request it came with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The key as the client chose it, 1 to 255 visible ASCII characters.
    pub key: String,
    /// The HMAC of method, path and body, so that the key with another request is noticed, and a password in
    /// the body can't be guessed from the hash.
    pub request_hash: [u8; 32],
}

/// A command's effect: the aggregate right after it.
#[derive(Clone, Debug)]
pub struct Answer<A> {
    /// The aggregate's id; for a repeated key that of the aggregate which the first request made.
    pub id: Uuid,
    /// The aggregate's state after the command.
    pub state: A,
    /// The aggregate's sequence after the command: the `ETag`.
    pub version: i64,
    /// The position of the aggregate's latest event: a reader must have come so far to see this command.
    pub position: Position,
    /// The time when the aggregate's first event was stored.
    pub created_at: DateTime<Utc>,
    /// The time when the aggregate's latest event was stored.
    pub updated_at: DateTime<Utc>,
}

/// An aggregate as the log has it now.
#[derive(Clone, Debug, Default)]
pub struct Loaded<A> {
    /// The aggregate's state; the default when it has no events.
    pub state: A,
    /// The aggregate's version; 0 when it has no events.
    pub version: i64,
    /// The position of the aggregate's latest event, 0 when it has none.
    pub position: Position,
    /// The time when the aggregate's first event was stored.
    pub created_at: Option<DateTime<Utc>>,
    /// The time when the aggregate's latest event was stored.
    pub updated_at: Option<DateTime<Utc>>,
}

/// A shortcut to the state: most callers need nothing else of what is loaded.
impl<A> Deref for Loaded<A> {
    type Target = A;

    fn deref(&self) -> &A {
        &self.state
    }
}

/// The reason why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum CommandError<A: Decide> {
    /// A rule of the domain forbids the command.
    #[error(transparent)]
    Refused(A::Refusal),
    /// Another aggregate has claimed the value that this one wants (a handle, for one).
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
        /// True if none of the client's tags is a version's: the client has seen no other version, but its tags are
        /// not as they were given.
        is_foreign: bool,
    },
    /// The idempotency key was used with another request.
    #[error("this Idempotency-Key was used with another request")]
    KeyReused,
    /// Other processes changed the aggregate again and again between load and append.
    #[error("too many changes at once; try again")]
    Contention,
    /// The log can't be reached or refuses to store the command's events.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A failure of the log, not of the command.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database can't be reached now. Whether the command was stored is unknown to us, so the client
    /// should repeat it later with the same key.
    #[error("the event store can't be reached")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// More commands are waiting, all in all or for one aggregate, than this process keeps.
    #[error("too many commands are waiting")]
    Overloaded,
    /// The database accepted the connection and refused the data.
    #[error("the event store refused the data")]
    Refused(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A stored event is of a kind that this build can't read.
    #[error("a stored event can't be read")]
    Unreadable(#[source] Box<dyn std::error::Error + Send + Sync>),
}
