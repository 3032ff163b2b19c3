//! Reactions: what follows from events beside read models. A reaction is a durable subscription to the log with a
//! checkpoint of its own; what follows from an event are jobs and commands, never rows of a read model.
//!
//! Reading order: [`reaction`] (what follows from an event), [`runner`] (one process leads), [`checkpoint`] (the rows
//! behind it), [`status`] (what operators see).
//!
//! Invariants of this crate:
//! - Events are handled in position order, from the checkpoint on, each once in effect: jobs are enqueued in the
//!   transaction that moves the checkpoint, and commands carry an idempotency key made of the reaction's name and the
//!   event's position.
//! - A new reaction begins at the log's head as it is when a process first knows of it, unless it says otherwise. It
//!   never sees what happened before.
//! - A rebuild, a replay, a past and `--as-of` call no reaction: they know projectors only.
//! - An event that can't be handled is parked and shown, or stops the reaction with a reason that is shown while it is
//!   tried again. It is never skipped in silence.

pub mod checkpoint;
pub mod reaction;
pub mod runner;
pub mod status;

pub use checkpoint::register;
pub use reaction::{Begins, Effect, Reaction};
pub use runner::{Runner, RunnerContext};
