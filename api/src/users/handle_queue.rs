//! Turns of people who register the same handle at once.

use moka::sync::Cache;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OwnedMutexGuard};

const MEMORY: Duration = Duration::from_secs(60);
const HANDLES: u64 = 10_000;

/// The people who wait for a handle in this process, by handle.
pub struct HandleQueue(Cache<String, Arc<Mutex<()>>>);

impl Default for HandleQueue {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(HANDLES).time_to_idle(MEMORY).build())
    }
}

impl HandleQueue {
    /// Waits for others who register the same handle here: all but the first then learn that the handle is
    /// taken before any work is done on their password. The claim in the log is what keeps handles unique.
    pub async fn turn(&self, handle_key: &str) -> OwnedMutexGuard<()> {
        self.0.get_with_by_ref(handle_key, Arc::default).lock_owned().await
    }
}
