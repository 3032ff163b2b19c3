//! Reactions: jobs and commands that follow from events, beside read models. A reaction is a durable
//! subscription to the log with a checkpoint of its own; it never writes rows of a read model.
//!
//! Reading order: [`reaction`] (the effects of an event), [`runner`] (the loop in the process that leads),
//! [`checkpoint`] (the rows behind the runner), [`status`] (the numbers that operators see).
//!
//! Invariants of this crate:
//! - Events are handled in position order, from the checkpoint on, each once in effect: jobs are enqueued in the
//!   transaction that moves the checkpoint, and commands carry an idempotency key made of the reaction's name and the
//!   event's position.
//! - A new reaction begins at the log's head as it is when a process first knows the reaction, unless the
//!   reaction says otherwise. It never sees earlier events.
//! - A rebuild, a replay, a past and `--as-of` call no reaction: they call projectors only.
//! - An event that can't be handled is parked and shown, or stops the reaction with a reason that is shown
//!   while the event is tried again. No event is skipped in silence.

pub mod checkpoint;
pub mod reaction;
pub mod runner;
pub mod status;

pub use checkpoint::register;
pub use reaction::{Begins, Effect, Reaction};
pub use runner::{Runner, RunnerContext};
