//! The log, and how it is heard.
//!
//! Reading order:
//! 1. [`event_store`]: commands become events, stored once and in one order.
//! 2. [`relay`] carries the log to [`nats`]; [`tail`] is how this process's runners read the log from there,
//!    and from Postgres where NATS has a hole; [`announcements`] tell other processes how far read models have come,
//!    and [`touched`] tells what was read before whether it still stands.
//! 3. [`statement_pool`]: connections for what is one statement each, appends and queries.
//! 4. [`status`]: how log, relay and read models stand.
//!
//! Invariants of this crate:
//! - Nothing but `append_events` writes to the log.
//! - A relay or a tail that is away delays readers and loses nothing.

pub mod announcements;
pub mod event_store;
pub mod nats;
pub mod relay;
pub mod statement_pool;
pub mod status;
pub mod tail;
pub mod touched;
