//! The tail: the newest events in memory, fed by NATS, and the rest of the log behind them. Runners read it.
//!
//! Each process holds one consumer of the whole stream, so that a hole is visible. The tail never has a hole:
//! where the stream has one, the tail begins anew behind it, and a reader that needs the missing events reads
//! them from Postgres.

mod recent;

use crate::event_store::{Executor, LogReader, StoredEvent};
use crate::nats::{Nats, NatsError};
use crate::touched::{Touched, Touches};
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use domain::Event;
use domain::user::UserEvent;
use futures::StreamExt;
use futures::future::BoxFuture;
use projections::ports::{EventSource, SourceError};
use projections::{Position, RecordedEvent};
use recent::Recent;
pub use recent::TailEvent;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use uuid::Uuid;

/// The time that a reader at the head waits before it asks Postgres itself: an announcement may be lost, and
/// NATS may be away.
const POLL: Duration = Duration::from_secs(1);
/// The same time where this process itself has stored an event: NATS usually takes a few milliseconds, and
/// the client that sent the command is waiting.
const GRACE: Duration = Duration::from_millis(100);

/// Number of messages that may be under way to this process.
const AT_ONCE: usize = 500;
/// The pause between heartbeats: a stream that is silent for twice as long counts as lost.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// The time after which NATS removes a consumer that no process asks any more.
const ABANDONED: Duration = Duration::from_secs(30);

/// The log as runners of this process read it.
pub struct Tail {
    reader: LogReader,
    recent: Mutex<Recent>,
    seen: watch::Sender<Position>,
    /// The newest position that this process has stored.
    stored: watch::Receiver<Position>,
    touched: Arc<Touched>,
}

impl Tail {
    /// Makes an empty tail over the log; `stored` is the head of this process's appender, and `touches` says
    /// which ids an event of an aggregate touches.
    #[must_use]
    pub fn new(
        reader: LogReader,
        stored: watch::Receiver<Position>,
        touches: fn(Uuid, &Event) -> Touches,
    ) -> Self {
        let (recent, seen) = (Mutex::default(), watch::Sender::new(0));
        Self { reader, recent, seen, stored, touched: Arc::new(Touched::new(touches)) }
    }

    /// The ids that the events fed to this tail have touched.
    #[must_use]
    pub fn touched(&self) -> Arc<Touched> {
        self.touched.clone()
    }

    /// Feeds the tail from NATS until shutdown, and tells the executor what other processes have stored.
    pub async fn follow(self: Arc<Self>, nats: Nats, executor: Executor, shutdown: CancellationToken) {
        let mut pause = Duration::from_millis(50);
        while !shutdown.is_cancelled() {
            let followed = tokio::select! {
                followed = self.consume(&nats, &executor, &mut pause) => followed,
                () = shutdown.cancelled() => return,
            };
            if let Err(error) = followed {
                warn!(%error, "the tail lost the stream; runners read from Postgres meanwhile");
            }
            let _ = tokio::time::timeout(pause, shutdown.cancelled()).await;
            pause = (pause * 2).min(Duration::from_secs(2));
        }
    }

    async fn consume(&self, nats: &Nats, executor: &Executor, pause: &mut Duration) -> Result<(), NatsError> {
        let stream = nats.stream().await?;
        // The consumer is not async-nats's ordered one, which needs a minute to notice that no message comes
        // any more, and recovers in silence, even on a stream that was made anew and lacks the events stored
        // meanwhile. Whatever goes wrong here, the tail begins anew at the stream's end.
        let config = pull::Config {
            deliver_policy: DeliverPolicy::New,
            ack_policy: AckPolicy::None,
            inactive_threshold: ABANDONED,
            memory_storage: true,
            num_replicas: 1,
            ..pull::Config::default()
        };
        let consumer = stream.create_consumer(config).await.map_err(failure)?;
        let pull = consumer.stream().max_messages_per_batch(AT_ONCE).heartbeat(HEARTBEAT);
        let mut messages = pull.messages().await.map_err(failure)?;
        // Events that other processes stored before this consumer was there were not seen.
        executor.clear_cache();
        self.invalidate();
        info!("following the stream");
        *pause = Duration::from_millis(50);
        while let Some(message) = messages.next().await {
            let message = message.map_err(failure)?;
            let stored: StoredEvent = match serde_json::from_slice(&message.payload) {
                Ok(stored) => stored,
                Err(error) => {
                    warn!(%error, subject = %message.subject, "a message is no event; it is left out");
                    continue;
                }
            };
            // The payload is copied: a message keeps the whole buffer that it was read into.
            let row = Arc::from(&*message.payload);
            self.push(TailEvent { event: Arc::new(stored.recorded()), row }, executor);
        }
        Ok(())
    }

    /// Takes in an event that some process has stored.
    fn push(&self, pushed: TailEvent, executor: &Executor) {
        let event = &pushed.event;
        let position = event.position;
        executor.saw(event.aggregate_id, event.sequence);
        if matches!(event.event, Ok(Event::User(UserEvent::PersonErased {}))) {
            // The person's earlier events were masked in place: states and copies made of them are wrong now.
            executor.clear_cache();
            self.invalidate();
        }
        self.touched.note(event);
        if self.recent().push(pushed) {
            // The missing events may be those of any aggregate.
            executor.clear_cache();
        }
        self.seen.send_if_modified(|seen| {
            let moved = position > *seen;
            *seen = position.max(*seen);
            moved
        });
    }

    /// The events right after `after`, one at least and at most `limit`, if they are in memory.
    #[must_use]
    pub fn recent_after(&self, after: Position, limit: usize) -> Option<Vec<TailEvent>> {
        Some(self.recent().after(after, limit)?.cloned().collect())
    }

    fn recent(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The newest position that the tail was fed.
    #[must_use]
    pub fn seen(&self) -> Position {
        *self.seen.borrow()
    }

    /// Waits until an event at `position` or after it was stored by this process or fed to the tail.
    pub async fn reaches(&self, position: Position) {
        let (mut seen, mut stored) = (self.seen.subscribe(), self.stored.clone());
        tokio::select! {
            _ = seen.wait_for(|&seen| seen >= position) => {}
            Ok(_) = stored.wait_for(|&stored| stored >= position) => {}
        }
    }

    /// Sets the newest position seen back from `seen` to `after`, where the log has no event after `after`,
    /// as when a backup was restored: no reader is to be woken again for events that aren't there. Changes
    /// nothing if a newer position was seen since.
    pub fn unsee(&self, seen: Position, after: Position) {
        self.seen.send_if_modified(|newest| {
            if *newest == seen && seen > after {
                *newest = after;
            }
            false
        });
    }
}

impl EventSource for Tail {
    fn read_after(
        &self,
        after: Position,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Arc<RecordedEvent>>, SourceError>> {
        Box::pin(async move {
            let recent = {
                let recent = self.recent();
                let nothing_yet = || recent.will_have_after(after).then(Vec::new);
                let events = recent.after(after, limit);
                events.map(|events| events.map(|there| there.event.clone()).collect()).or_else(nothing_yet)
            };
            if let Some(events) = recent {
                return Ok(events);
            }
            let seen = self.seen();
            let events = self.reader.read_after(after, limit).await?;
            if events.is_empty() {
                self.unsee(seen, after);
            }
            Ok(events)
        })
    }

    fn invalidate(&self) {
        self.touched.invalidate();
        *self.recent() = Recent::default();
    }

    fn wait_beyond(&self, after: Position) -> BoxFuture<'_, ()> {
        let (mut seen, mut stored) = (self.seen.subscribe(), self.stored.clone());
        Box::pin(async move {
            let stored_here = async {
                if stored.wait_for(|&stored| stored > after).await.is_err() {
                    return std::future::pending().await;
                }
                tokio::time::sleep(GRACE).await;
            };
            // Silence of NATS is no error: the reader then asks Postgres.
            tokio::select! {
                _ = seen.wait_for(|&seen| seen > after) => {}
                () = stored_here => {}
                () = tokio::time::sleep(POLL) => {}
            }
        })
    }
}

fn failure(error: impl std::fmt::Display) -> NatsError {
    NatsError::JetStream(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::recent::tests::{event, positions};
    use super::*;
    use domain::blocklist::Blocklist;
    use futures::FutureExt;

    fn in_tail(event: Arc<RecordedEvent>) -> TailEvent {
        TailEvent { event, row: Arc::default() }
    }

    fn tail() -> Tail {
        tail_after(&watch::Sender::new(0))
    }

    fn tail_after(stored: &watch::Sender<Position>) -> Tail {
        let unreachable = sqlx::PgPool::connect_lazy("postgres://localhost:1/none").expect("an address");
        Tail::new(LogReader::new(unreachable), stored.subscribe(), |_, _| Touches::NOTHING)
    }

    #[tokio::test]
    async fn what_is_cached_does_not_outlive_a_hole() {
        let (tail, executor) = (tail(), Executor::of_nothing());
        let blocklist = uuid::Uuid::from_u128(7);
        let is_kept_at = |position| {
            executor.cache::<Blocklist>(blocklist);
            tail.push(in_tail(event(position)), &executor);
            executor.has_cached::<Blocklist>(blocklist)
        };
        assert!(!is_kept_at(10), "nobody knows what came before the first");
        assert!(is_kept_at(11));
        assert!(is_kept_at(11), "a repeat is no hole");
        assert!(!is_kept_at(13), "12 may have changed it");
        assert!(is_kept_at(14));
    }

    #[tokio::test]
    async fn events_from_before_a_person_was_erased_are_not_given_out() {
        let (tail, executor) = (tail(), Executor::of_nothing());
        tail.push(in_tail(event(10)), &executor);
        let erased = RecordedEvent {
            event: Ok(Event::User(UserEvent::PersonErased {})),
            ..RecordedEvent::clone(&event(11))
        };
        tail.push(in_tail(Arc::new(erased)), &executor);
        assert_eq!(positions(&tail.recent(), 9), None, "it was masked since");
        assert_eq!(positions(&tail.recent(), 10), Some(vec![11]));
    }

    #[tokio::test]
    async fn a_position_exists_once_it_was_seen_or_stored_here() {
        let (stored, executor) = (watch::Sender::new(0), Executor::of_nothing());
        let tail = tail_after(&stored);
        let exists = |position| tail.reaches(position).now_or_never().is_some();
        tail.push(in_tail(event(10)), &executor);
        assert!(exists(10) && !exists(11));
        stored.send_replace(11);
        assert!(exists(11) && !exists(12));
    }

    #[tokio::test]
    async fn nobody_is_woken_for_what_a_restored_log_does_not_have() {
        let (tail, executor) = (tail(), Executor::of_nothing());
        let wakes_at_5 = || tail.wait_beyond(5).now_or_never().is_some();
        tail.push(in_tail(event(10)), &executor);
        assert!(wakes_at_5());
        tail.push(in_tail(event(11)), &executor);
        tail.unsee(10, 5);
        assert!(wakes_at_5(), "11 was seen since");
        tail.unsee(11, 5);
        assert!(!wakes_at_5());
        tail.push(in_tail(event(6)), &executor);
        assert!(wakes_at_5(), "the log goes on");
    }
}
