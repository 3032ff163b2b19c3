//! One reading of the log for all copies that are built at the same time.

use crate::ports::{EventSource, Position, RecordedEvent, SourceError};
use futures::future::BoxFuture;
use std::collections::{BTreeMap, VecDeque};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, OnceCell};

/// As far as this the fastest copy may be ahead of the slowest, in batches: what is between them is kept, some hundred
/// megabytes of events as they mostly are.
const KEPT: usize = 10;

type Events = Vec<Arc<RecordedEvent>>;

/// The log, read once for all copies: each has a [`Share`] of it.
pub struct SharedSource {
    log: Arc<dyn EventSource>,
    readers: Mutex<Readers>,
    /// The slowest has come further, or is none any more.
    moved: Notify,
}

#[derive(Default)]
struct Readers {
    /// Where each is that has not reached the log's end yet, by its number.
    places: BTreeMap<usize, Position>,
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
    /// Reads from this log.
    #[must_use]
    pub fn new(log: Arc<dyn EventSource>) -> Arc<Self> {
        Arc::new(Self { log, readers: Mutex::default(), moved: Notify::new() })
    }

    /// For one copy, which reads from the first event on. From now until it comes to the log's end, or is dropped, the
    /// others wait for it.
    #[must_use]
    pub fn share(self: &Arc<Self>) -> Share {
        let mut readers = self.readers();
        let number = readers.numbered;
        readers.numbered += 1;
        readers.places.insert(number, 0);
        drop(readers);
        Share { source: self.clone(), number }
    }

    fn readers(&self) -> MutexGuard<'_, Readers> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Readers {
    /// Forgets what all have read.
    fn tidy(&mut self) {
        let slowest = self.places.values().min().copied().unwrap_or(Position::MAX);
        self.recent.retain(|asked| asked.after >= slowest);
    }

    fn asked(&mut self, after: Position, limit: usize) -> Arc<OnceCell<Events>> {
        if let Some(asked) = self.recent.iter().find(|asked| (asked.after, asked.limit) == (after, limit)) {
            return asked.events.clone();
        }
        let events = Arc::<OnceCell<Events>>::default();
        self.recent.push_back(SharedRead { after, limit, events: events.clone() });
        events
    }
}

/// One copy's reading.
pub struct Share {
    source: Arc<SharedSource>,
    number: usize,
}

/// How a copy reads on.
enum Turn {
    /// The slowest is too far behind.
    Wait,
    /// It has been at the log's end, where more may come at any moment.
    Alone,
    Together(Arc<OnceCell<Events>>),
}

impl Share {
    fn turn(&self, after: Position, limit: usize) -> Turn {
        let mut readers = self.source.readers();
        let Some(place) = readers.places.get_mut(&self.number) else { return Turn::Alone };
        if *place != after {
            *place = after;
            readers.tidy();
            self.source.moved.notify_waiters();
        }
        let slowest = readers.places.values().min().copied().unwrap_or(after);
        let ahead = Position::try_from(KEPT * limit).unwrap_or(Position::MAX);
        if after >= slowest.saturating_add(ahead) {
            return Turn::Wait;
        }
        Turn::Together(readers.asked(after, limit))
    }

    fn leave(&self) {
        let mut readers = self.source.readers();
        if readers.places.remove(&self.number).is_some() {
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
                // From now on, so that no move between the look and the wait is missed.
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

    /// The last position read, if reading need not wait.
    fn read(share: &Share, after: Position) -> Option<Position> {
        let events = share.read_after(after, BATCH).now_or_never()?.expect("read");
        Some(events.last().map_or(after, |event| event.position))
    }

    /// As far as it comes.
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
