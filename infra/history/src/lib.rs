//! The log as others read it: events one by one, whole histories as files, and as tables in SQL.
//!
//! Reading order: [`event`] (an event as it goes out), [`pages`] (events by position, time, kind and actor;
//! with [`Pages::story`] one thing's history, with [`Pages::counts`] how much happens; [`recent`] has the newest from memory), [`rows`] (all of them, fast),
//! [`export`] (files), [`analytics`] (views in SQL), [`masking`] (what of an event is masked, and how), [`past`] (read
//! models as they stood).
//!
//! Invariants:
//! - What goes out is what stands in the log now, in today's version: what was masked is masked here.
//! - Everything streams: memory does not grow with the log.

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
