//! Waiting for what a test does not do itself: each wait is bounded, and ends as soon as the state is
//! reached.

use std::time::Duration;

/// The time that a state has to be reached, longer than anything takes on a busy machine: what takes longer
/// does not come back.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// Waits for a state; panics with its name if it does not come in time.
pub async fn within<T>(what: &str, state: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, state).await {
        Ok(reached) => reached,
        Err(_) => panic!("not within {} s: {what}", PATIENCE.as_secs()),
    }
}

/// Asks again and again until there is an answer.
pub async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    within(what, async {
        let mut often = tokio::time::interval(Duration::from_millis(20));
        loop {
            often.tick().await;
            if let Some(answer) = ask().await {
                return answer;
            }
        }
    })
    .await
}

/// Asks again and again until the answer is yes.
pub async fn until_true(what: &str, mut ask: impl AsyncFnMut() -> bool) {
    until(what, async || ask().await.then_some(())).await;
}
