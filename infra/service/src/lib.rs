//! What every process of Madang has, whatever it does: [`settings`] tell it what to do, [`telemetry`] tells what it
//! does, [`polite`] threads work beside it, and [`backoff`] says how long it waits before it tries again.
//!
//! Invariant: this crate knows no adapter and no feature; adapters know it.

pub mod backoff;
pub mod polite;
pub mod settings;
pub mod telemetry;
