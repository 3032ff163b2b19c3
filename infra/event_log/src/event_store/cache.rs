//! A cache of aggregates that are used again and again, so that a command need not read their stream.

use super::command::Loaded;
use domain::Decide;
use moka::sync::Cache;
use std::any::Any;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

const MAX_BYTES: u64 = 32 << 20;
/// The longest time that a state can be stale where another process's event was seen before the state was
/// put.
const MAX_AGE: Duration = Duration::from_secs(60);

#[derive(Clone)]
struct Entry {
    version: i64,
    size_bytes: u32,
    loaded: Arc<dyn Any + Send + Sync>,
}

/// A cache bounded in bytes. A state from it may be stale: the expected sequence of an append finds that out.
#[derive(Clone)]
pub(super) struct AggregateCache(Cache<Uuid, Entry>);

impl AggregateCache {
    pub(super) fn new() -> Self {
        let cache = Cache::builder()
            .max_capacity(MAX_BYTES)
            .weigher(|_: &Uuid, entry: &Entry| entry.size_bytes)
            .time_to_live(MAX_AGE)
            .build();
        Self(cache)
    }

    pub(super) fn get<A: Decide>(&self, id: Uuid) -> Option<Arc<Loaded<A>>> {
        self.0.get(&id)?.loaded.downcast().ok()
    }

    /// Keeps the newer of the cached state and the given one. Two puts at once may leave the older state:
    /// that costs one conflict, and a lock for each put would cost every command.
    pub(super) fn put<A: Decide>(&self, id: Uuid, loaded: Arc<Loaded<A>>) {
        let entry = Entry { version: loaded.version, size_bytes: size_bytes(&loaded.state), loaded };
        if self.0.get(&id).is_none_or(|there| there.version < entry.version) {
            self.0.insert(id, entry);
        }
    }

    /// Drops every state.
    pub(super) fn clear(&self) {
        self.0.invalidate_all();
    }

    /// Drops a state that is older than this event, which was stored, perhaps by another process.
    pub(super) fn saw(&self, id: Uuid, sequence: i64) {
        if self.0.get(&id).is_some_and(|entry| entry.version < sequence) {
            self.0.invalidate(&id);
        }
    }
}

/// An entry's size, about: its state as JSON, and the bookkeeping around it.
fn size_bytes<A: Decide>(state: &A) -> u32 {
    struct Count(u32);
    impl Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 = self.0.saturating_add(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(400);
    // Counting can't fail; a state that doesn't serialise would only be weighed too low.
    let _ = serde_json::to_writer(&mut count, state);
    count.0
}
