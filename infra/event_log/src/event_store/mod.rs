//! The log: commands come in, events are stored once and in one order, streams are read back.
//!
//! Reading order: [`command`] (envelopes and answers), [`executor`] (load, decide, append, again on
//! conflict), [`turns`] (many commands on one aggregate), [`appender`] (group commit),
//! `migrations/*_append_events.sql` (the contract in SQL), [`reader`] (the log in position order).
//!
//! Invariants:
//! - Positions are given only by `append_events`, under the lock of the log's one row.
//! - Decisions that stand are made on a fresh state: a cached or assumed state only ever leads to an append
//!   that checks the expected sequence; a refusal or "nothing to do" is decided on state read from the
//!   database.

mod appender;
mod cache;
mod command;
mod executor;
mod pending;
mod reader;
mod schema;
mod stream;
mod turns;

pub use appender::{Appender, AppenderHandle};
pub use command::{Answer, CommandError, Envelope, IdempotencyKey, Loaded, StoreError};
pub use executor::{Executor, Stored};
pub use reader::LogReader;
pub(crate) use reader::StoredEvent;
pub use schema::{MigrateError, migrate, must_be_durable, renew_log_id};
