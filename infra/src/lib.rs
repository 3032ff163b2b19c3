//! What Madang stands on: Postgres, NATS, keys and clocks.
//!
//! Reading order:
//! 1. [`event_store`]: commands become events, stored once and in one order.
//! 2. [`relay`] carries the log to [`nats`]; [`tail`] is how this process's runners read it from there,
//!    and from Postgres where NATS has a hole; [`announcements`] tell other processes, and [`touched`] what was
//!    read before whether it still stands.
//! 3. [`vault`]: secrets and personal data, apart from the events.
//! 4. [`erasure`]: how a person is forgotten in all of these.
//! 5. [`mail`]: what people are told by e-mail and SMS, queued in the vault and sent from there; [`oauth`]: who
//!    someone is at another service.
//! 6. [`s3`]: files; [`media`]: photos in it, and [`images`]: what is made of them.
//! 7. [`views`]: who looks at what, counted without an event for each look.
//! 8. [`local`]: the private stack, a Postgres, a NATS and a storage of one's own.
//! 9. [`history`]: the log as others read it, as files and in SQL.
//! 10. [`config`] and [`telemetry`]: how a process is told what to do, and tells what it does; [`status`]: how
//!     the whole stands.
//! 11. [`statement_pool`]: connections for what is one statement each, appends and queries.
//!
//! Invariants of this crate:
//! - Nothing but `append_events` writes to the log.
//! - A relay or a tail that is away delays readers and loses nothing.

pub mod announcements;
pub mod backoff;
pub mod config;
pub mod erasure;
pub mod event_store;
pub mod history;
pub mod images;
pub mod korea;
pub mod local;
pub mod mail;
pub mod media;
pub mod nats;
pub mod oauth;
mod polite;
pub mod relay;
pub mod s3;
pub mod search;
pub mod statement_pool;
pub mod status;
pub mod tail;
pub mod telemetry;
pub mod touched;
pub mod vault;
pub mod views;
