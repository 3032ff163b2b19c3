//! A shared source: one reading of the log for all copies that are built at the same time.

use crate::ports::{EventSource, Position, RecordedEvent, SourceError};
use futures::future::BoxFuture;
use std::collections::{BTreeMap, VecDeque};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, OnceCell};

/// The number of batches by which the fastest copy may be ahead of the slowest: the events between the two
/// are kept, some hundred megabytes of events as they mostly are.
const BATCHES_AHEAD: usize = 10;

type Events = Vec<Arc<RecordedEvent>>;

/// A shared source reads the log once for all copies: each copy has a [`Share`] of it.
pub struct SharedSource {
    log: Arc<dyn EventSource>,
    readers: Mutex<Readers>,
    /// The signal that the slowest copy has come further, or has left.
    moved: Notify,
}

#[derive(Default)]
struct Readers {
    /// The position of each copy that has not reached the log's end yet, by the copy's number.
    positions: BTreeMap<usize, Position>,
    numbered: usize,
    recent: VecDeque<SharedRead>,
}

#[derive(Clone)]
struct SharedRead {
    after: Position,
    limit: usize,
    events: Arc<OnceCell<Events>>,
}

impl SharedSource {
    /// Makes a source that reads from this log.
    #[must_use]
    pub fn new(log: Arc<dyn EventSource>) -> Arc<Self> {
        Arc::new(Self { log, readers: Mutex::default(), moved: Notify::new() })
    }

    /// Makes a share for one copy, which reads from the first event on. From now until this copy comes to the
    /// log's end, or is dropped, the others wait for it.
    #[must_use]
    pub fn share(self: &Arc<Self>) -> Share {
        let mut readers = self.readers();
        let number = readers.numbered;
        readers.numbered += 1;
        readers.positions.insert(number, 0);
        drop(readers);
        Share { source: self.clone(), number }
    }

    fn readers(&self) -> MutexGuard<'_, Readers> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Readers {
    /// Drops the reads that all copies have behind them.
    fn tidy(&mut self) {
        let slowest = self.positions.values().min().copied().unwrap_or(Position::MAX);
        self.recent.retain(|read| read.after >= slowest);
    }

    fn shared_read(&mut self, after: Position, limit: usize) -> Arc<OnceCell<Events>> {
        if let Some(read) = self.recent.iter().find(|read| (read.after, read.limit) == (after, limit)) {
            return read.events.clone();
        }
        let events = Arc::<OnceCell<Events>>::default();
        self.recent.push_back(SharedRead { after, limit, events: events.clone() });
        events
    }
}

/// A share: one copy's reading of the log.
pub struct Share {
    source: Arc<SharedSource>,
    number: usize,
}

/// A turn: how a copy reads on.
enum Turn {
    /// The copy waits: the slowest one is too far behind.
    Wait,
    /// The copy reads alone: it has been at the log's end, where more events may come at any moment.
    Alone,
    Together(Arc<OnceCell<Events>>),
}

impl Share {
    fn turn(&self, after: Position, limit: usize) -> Turn {
        let mut readers = self.source.readers();
        let Some(position) = readers.positions.get_mut(&self.number) else { return Turn::Alone };
        if *position != after {
            *position = after;
            readers.tidy();
            self.source.moved.notify_waiters();
        }
        let slowest = readers.positions.values().min().copied().unwrap_or(after);
        let ahead = Position::try_from(BATCHES_AHEAD * limit).unwrap_or(Position::MAX);
        if after >= slowest.saturating_add(ahead) {
            return Turn::Wait;
        }
        Turn::Together(readers.shared_read(after, limit))
    }

    fn leave(&self) {
        let mut readers = self.source.readers();
        if readers.positions.remove(&self.number).is_some() {
            readers.tidy();
            self.source.moved.notify_waiters();
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.leave();
    }
}

impl EventSource for Share {
    fn read_after(&self, after: Position, limit: usize) -> BoxFuture<'_, Result<Events, SourceError>> {
        Box::pin(async move {
            let log = &self.source.log;
            loop {
                let mut moved = pin!(self.source.moved.notified());
                // The wait is enabled before the turn is looked up, so that no move between the two is
                // missed.
                moved.as_mut().enable();
                match self.turn(after, limit) {
                    Turn::Wait => moved.await,
                    Turn::Alone => return log.read_after(after, limit).await,
                    Turn::Together(events) => {
                        let events = events.get_or_try_init(|| log.read_after(after, limit)).await?.clone();
                        if events.len() < limit {
                            self.leave();
                        }
                        return Ok(events);
                    }
                }
            }
        })
    }

    fn wait_beyond(&self, after: Position) -> BoxFuture<'_, ()> {
        self.source.log.wait_beyond(after)
    }

    fn invalidate(&self) {
        self.source.readers().recent.clear();
        self.source.log.invalidate();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::given::{log, registered};
    use futures::FutureExt;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const BATCH: usize = 2;

    /// A log that counts how often it is read.
    struct Counted {
        events: Events,
        reads: AtomicUsize,
    }

    impl EventSource for Counted {
        fn read_after(&self, after: Position, limit: usize) -> BoxFuture<'_, Result<Events, SourceError>> {
            self.reads.fetch_add(1, Ordering::Relaxed);
            let later = self.events.iter().filter(|event| event.position > after);
            let events = later.take(limit).cloned().collect();
            Box::pin(async { Ok(events) })
        }

        fn invalidate(&self) {}

        fn wait_beyond(&self, _after: Position) -> BoxFuture<'_, ()> {
            Box::pin(std::future::pending())
        }
    }

    fn counted(events: u128) -> Arc<Counted> {
        let events = log((1..=events).map(|number| (number, registered("mina"))).collect());
        Arc::new(Counted { events, reads: AtomicUsize::new(0) })
    }

    /// Returns the last position read, if reading need not wait.
    fn read(share: &Share, after: Position) -> Option<Position> {
        let events = share.read_after(after, BATCH).now_or_never()?.expect("read");
        Some(events.last().map_or(after, |event| event.position))
    }

    /// Reads on as far as the share comes without waiting.
    fn read_on(share: &Share, mut after: Position) -> Position {
        while let Some(position) = read(share, after).filter(|&position| position > after) {
            after = position;
        }
        after
    }

    #[test]
    fn the_log_is_read_once_for_all_and_the_fast_wait_for_the_slow() {
        let log = counted(100);
        let source = SharedSource::new(log.clone());
        let (fast, slow) = (source.share(), source.share());
        assert_eq!(read_on(&fast, 0), 20, "ten batches ahead");
        assert_eq!(read(&slow, 0), Some(2));
        assert_eq!(read_on(&fast, 20), 20, "the slow one has its first batch still in hand");
        assert_eq!(read(&slow, 2), Some(4));
        assert_eq!(read_on(&fast, 20), 22);
        assert_eq!(log.reads.load(Ordering::Relaxed), 11);
        assert_eq!(source.readers().recent.len(), 10, "no more is kept");
    }

    #[test]
    fn who_is_waited_for_wakes_the_others() {
        let source = SharedSource::new(counted(100));
        let (fast, slow) = (source.share(), source.share());
        let position = read_on(&fast, 0);
        let mut waiting = fast.read_after(position, BATCH);
        assert!(waiting.as_mut().now_or_never().is_none());
        read(&slow, 2);
        assert!(waiting.now_or_never().is_some());
    }

    #[test]
    fn nobody_waits_for_a_copy_that_is_given_up_or_done() {
        let source = SharedSource::new(counted(100));
        let (fast, given_up) = (source.share(), source.share());
        assert_eq!(read_on(&fast, 0), 20);
        drop(given_up);
        assert_eq!(read_on(&fast, 20), 100);
        let late = source.share();
        assert_eq!(read_on(&late, 0), 100, "who is done holds nobody up");
        assert_eq!(read(&fast, 100), Some(100));
    }
}
