//! Waiting for a state that nothing announces.

use crate::Failure;
use std::time::Duration;

/// Asks every `often` until the answer is yes, for `latest` at most.
pub async fn until(
    what: &str,
    often: Duration,
    latest: Duration,
    mut ask: impl AsyncFnMut() -> Result<bool, Failure>,
) -> Result<(), Failure> {
    let mut often = tokio::time::interval(often);
    let asking = async {
        loop {
            often.tick().await;
            if ask().await? {
                return Ok(());
            }
        }
    };
    let answered = tokio::time::timeout(latest, asking).await;
    answered.unwrap_or_else(|_elapsed| Err(format!("not within {latest:?}: {what}").into()))
}
