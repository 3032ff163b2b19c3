//! The event log, and the ways by which other parts hear of its events.
//!
//! Reading order:
//! 1. [`event_store`]: commands become events, stored once and in one order.
//! 2. [`relay`] carries the log to [`nats`]; through [`tail`] this process's runners read the log from there,
//!    and from Postgres where NATS has a hole; [`announcements`] tell other processes how far read models
//!    have come, and by [`touched`] a cache knows whether an answer that was read before still stands.
//! 3. [`statement_pool`]: connections for single statements, those of appends and of queries.
//! 4. [`status`]: the positions and lags of the log, the relay and the read models.
//!
//! Invariants of this crate:
//! - The SQL function `append_events` alone writes to the log.
//! - A relay or a tail that is away delays readers and loses no event.

pub mod announcements;
pub mod event_store;
pub mod nats;
pub mod relay;
pub mod statement_pool;
pub mod status;
pub mod tail;
pub mod touched;
