//! Pauses before a failed attempt is repeated.

use std::time::Duration;

/// The pause after so many failed attempts: a second after the first one, and twice as long after each
/// further one, up to `longest`.
#[must_use]
pub fn pause(attempts: i32, longest: Duration) -> Duration {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(16);
    Duration::from_secs(1 << doublings).min(longest)
}
