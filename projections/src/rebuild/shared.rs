//! One reading of the log for all copies that are built at the same time.

use crate::ports::{EventSource, Position, RecordedEvent, SourceError};
use futures::future::BoxFuture;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;

/// Batches kept for those who come later, a hundred megabytes at most; who is further behind reads the log alone.
const KEPT: usize = 10;

type Events = Vec<Arc<RecordedEvent>>;

/// A source that reads each batch once, however many ask for it.
pub struct SharedSource {
    log: Arc<dyn EventSource>,
    recent: Mutex<VecDeque<Asked>>,
}

#[derive(Clone)]
struct Asked {
    after: Position,
    limit: usize,
    events: Arc<OnceCell<Events>>,
}

impl SharedSource {
    /// Reads from this log.
    #[must_use]
    pub fn new(log: Arc<dyn EventSource>) -> Self {
        Self { log, recent: Mutex::default() }
    }

    fn asked(&self, after: Position, limit: usize) -> Arc<OnceCell<Events>> {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(asked) = recent.iter().find(|asked| (asked.after, asked.limit) == (after, limit)) {
            return asked.events.clone();
        }
        let events = Arc::<OnceCell<Events>>::default();
        recent.push_back(Asked { after, limit, events: events.clone() });
        if recent.len() > KEPT {
            recent.pop_front();
        }
        events
    }

    fn forget(&self, events: &Arc<OnceCell<Events>>) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.retain(|asked| !Arc::ptr_eq(&asked.events, events));
    }
}

impl EventSource for SharedSource {
    fn read_after(&self, after: Position, limit: usize) -> BoxFuture<'_, Result<Events, SourceError>> {
        Box::pin(async move {
            let asked = self.asked(after, limit);
            let events = asked.get_or_try_init(|| self.log.read_after(after, limit)).await?.clone();
            if events.len() < limit {
                // The log's end, where more may come at any moment.
                self.forget(&asked);
            }
            Ok(events)
        })
    }

    fn wait_beyond(&self, after: Position) -> BoxFuture<'_, ()> {
        self.log.wait_beyond(after)
    }

    fn forget(&self) {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.log.forget();
    }
}
