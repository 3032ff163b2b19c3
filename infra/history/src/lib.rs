//! The log for its readers: events one by one, the whole log as files, and as tables in SQL.
//!
//! Reading order: [`event`] (an event as it goes out), [`pages`] (events by position, time, type and actor;
//! with [`Pages::story`] one aggregate's history, with [`Pages::counts`] how much happens; [`recent`] has the
//! newest from memory), [`rows`] (all events, fast), [`export`] (files), [`analytics`] (views in SQL),
//! [`masking`] (which fields of an event are masked, and how), [`past`] (read models as they were).
//!
//! Invariants:
//! - Events go out as the log has them now, in today's version: an event that was masked in the log is masked
//!   here.
//! - All events are streamed: memory does not grow with the log.

pub mod analytics;
mod counts;
pub mod event;
pub mod export;
mod masked;
pub mod masking;
pub mod pages;
pub mod past;
mod recent;
pub mod rows;
mod story;

pub use counts::{Cohort, Counts};
pub use event::LogEvent;
pub use masked::masked;
pub use pages::{Filter, Page, Pages};
pub use recent::recent;
pub use story::{At, Step, Story};
