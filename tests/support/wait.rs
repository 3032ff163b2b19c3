//! Waiting for what a test does not do itself: bounded, and without taking the time that it waits for.

use std::time::Duration;

/// Longer than anything takes to come back on a busy machine: what takes longer has not come back.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Waits for a state, and says which one did not come.
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
