//! The parts that every process of Madang has: [`settings`] tell the process what to do, [`telemetry`] tells
//! what it does, [`polite`] threads work beside it, and [`backoff`] says how long it waits before it tries
//! again.
//!
//! Invariant: this crate knows no adapter and no feature; adapters know this crate.

pub mod backoff;
pub mod polite;
pub mod settings;
pub mod telemetry;
