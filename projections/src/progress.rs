//! The progress of projections: how far each has come, as this process knows it, and how readers wait for it.

use crate::ports::Position;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// The time after which a projection that was not heard of counts as down: its runner speaks every second.
const SILENCE: Duration = Duration::from_secs(5);

/// The number of events below which a backlog is no reason to give up: its speed is not known well enough.
const MANY: f64 = 1_000.0;

/// The outcome of a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// True if every awaited projection has reached the position.
    pub covered: bool,
    /// The lowest checkpoint among the awaited projections.
    pub position: Position,
}

/// The checkpoints of all projections, fed by the runners of this process and by announcements.
#[derive(Default)]
pub struct Progress {
    followed: RwLock<HashMap<String, Arc<Followed>>>,
    /// The position that readers of this process wait for, of each projection, for other processes to be
    /// told.
    wanted_here: watch::Sender<BTreeMap<String, Position>>,
}

/// The pace and the wanted position of one projection.
struct Followed {
    known: watch::Sender<ProjectionPace>,
    /// The furthest position that a reader waits for, in this process or another.
    wanted: watch::Sender<Position>,
}

#[derive(Clone, Copy)]
struct ProjectionPace {
    position: Position,
    /// The time when the projection's runner last spoke; at first, when this process began to listen.
    heard: Instant,
    /// The projection's speed while it moves.
    events_per_second: f64,
}

impl ProjectionPace {
    fn unheard() -> Self {
        Self { position: 0, heard: Instant::now(), events_per_second: 0.0 }
    }

    #[allow(clippy::cast_precision_loss)]
    fn note(&mut self, position: Position) {
        let now = Instant::now();
        let applied = (position - self.position) as f64;
        if applied > 0.0 {
            let speed = applied / (now - self.heard).as_secs_f64().max(1e-6);
            // The speed is a smoothed average, so that one long batch does not count for all.
            self.events_per_second = self.events_per_second * 0.8 + speed * 0.2;
        }
        self.position = position;
        self.heard = now;
    }

    /// Returns true if waiting is in vain: the projection is silent, or its backlog takes much longer than
    /// the bound.
    #[allow(clippy::cast_precision_loss)]
    fn is_hopeless(&self, position: Position, bound: Duration) -> bool {
        let behind = (position - self.position) as f64;
        let silent = self.heard.elapsed() > SILENCE;
        silent || (behind > MANY && behind > self.events_per_second * bound.as_secs_f64() * 4.0)
    }
}

impl Default for Followed {
    fn default() -> Self {
        Self { known: watch::Sender::new(ProjectionPace::unheard()), wanted: watch::Sender::new(0) }
    }
}

impl Followed {
    async fn reach(&self, position: Position, deadline: Instant) {
        let mut known = self.known.subscribe();
        let reached = known.wait_for(|known| known.position >= position);
        let _ = tokio::time::timeout_at(deadline, reached).await;
    }
}

impl Progress {
    /// Notes a checkpoint. Announcements may come late, so the checkpoint never goes back.
    pub fn note(&self, projection: &str, position: Position) {
        self.of(projection).known.send_if_modified(|known| {
            if position < known.position {
                return false;
            }
            let moved = position > known.position;
            known.note(position);
            moved
        });
    }

    /// Returns the known checkpoint of a projection, and how long ago the projection was heard of.
    #[must_use]
    pub fn checkpoint(&self, projection: &str) -> (Position, Duration) {
        let known = *self.of(projection).known.borrow();
        (known.position, known.heard.elapsed())
    }

    /// Waits until all of `projections` have reached `position`, at most `bound`; where the wait is known to
    /// be in vain, not at all.
    pub async fn wait(&self, projections: &[&str], position: Position, bound: Duration) -> Coverage {
        self.wait_for_claimed(projections, position, bound, std::future::ready(())).await
    }

    /// Waits as [`Progress::wait`] does for a position that a client claims: no runner is hurried before
    /// `exists` tells that the log has the position.
    pub async fn wait_for_claimed(
        &self,
        projections: &[&str],
        position: Position,
        bound: Duration,
        exists: impl Future<Output = ()>,
    ) -> Coverage {
        let deadline = Instant::now() + bound;
        let followed: Vec<_> = projections.iter().map(|projection| self.of(projection)).collect();
        let awaited = |followed: &&Arc<Followed>| {
            let now = *followed.known.borrow();
            now.position < position && !now.is_hopeless(position, bound)
        };
        // All projections are hurried before the first is waited for, so that none rests meanwhile.
        let hurry = async {
            exists.await;
            for (projection, _) in projections.iter().zip(&followed).filter(|(_, followed)| awaited(followed))
            {
                self.want_here(projection, position);
            }
            std::future::pending().await
        };
        let reach = async {
            for followed in followed.iter().filter(awaited) {
                // A projection that comes too late or not at all is answered with the position that it then
                // has.
                followed.reach(position, deadline).await;
            }
        };
        if followed.iter().any(|followed| awaited(&followed)) {
            tokio::select! {
                biased;
                () = hurry => {}
                () = reach => {}
            }
        }
        let lowest = followed.iter().map(|followed| followed.known.borrow().position).min();
        let lowest = lowest.unwrap_or(Position::MAX);
        Coverage { covered: lowest >= position, position: lowest }
    }

    /// Waits until the projection has reached `position`, at most `bound`, for a reader who is in no hurry.
    pub async fn reach(&self, projection: &str, position: Position, bound: Duration) {
        self.of(projection).reach(position, Instant::now() + bound).await;
    }

    /// Notes that a reader of this process waits for the projection to reach this position.
    fn want_here(&self, projection: &str, position: Position) {
        self.want(projection, position);
        self.wanted_here
            .send_if_modified(|wanted| raise(wanted.entry(projection.to_owned()).or_default(), position));
    }

    /// Notes that a reader of this process or another waits for the projection to reach this position.
    pub fn want(&self, projection: &str, position: Position) {
        self.of(projection).wanted.send_if_modified(|wanted| raise(wanted, position));
    }

    /// Waits until a reader waits for a position of the projection beyond this one.
    pub async fn wanted_beyond(&self, projection: &str, position: Position) {
        let mut wanted = self.of(projection).wanted.subscribe();
        // The channel's sender lives as long as this `Progress`.
        let _ = wanted.wait_for(|wanted| *wanted > position).await;
    }

    /// Returns the furthest position that readers of this process wait for, of each projection, whenever it
    /// changes.
    #[must_use]
    pub fn wanted(&self) -> watch::Receiver<BTreeMap<String, Position>> {
        self.wanted_here.subscribe()
    }

    fn of(&self, projection: &str) -> Arc<Followed> {
        let followed = self.followed.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(followed) = followed.get(projection) {
            return followed.clone();
        }
        drop(followed);
        let mut followed = self.followed.write().unwrap_or_else(PoisonError::into_inner);
        followed.entry(projection.to_owned()).or_default().clone()
    }
}

/// Raises the furthest position; returns true if the position is further than the furthest so far.
fn raise(furthest: &mut Position, position: Position) -> bool {
    let is_further = position > *furthest;
    *furthest = position.max(*furthest);
    is_further
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;
    use tokio::sync::oneshot;

    const LONG: Duration = Duration::from_secs(3_600);

    fn heard_of(position: Position) -> Progress {
        let progress = Progress::default();
        progress.note("posts", position);
        progress
    }

    #[tokio::test]
    async fn whoever_keeps_a_projection_is_told_of_readers_that_wait_and_of_nobody_else() {
        let progress = heard_of(1);
        let mut in_no_hurry = Box::pin(progress.reach("posts", 2, LONG));
        assert!(in_no_hurry.as_mut().now_or_never().is_none());
        assert!(progress.wanted_beyond("posts", 1).now_or_never().is_none(), "nobody is in a hurry");

        let mut reader = Box::pin(progress.wait(&["posts"], 2, LONG));
        assert!(reader.as_mut().now_or_never().is_none());
        assert!(progress.wanted_beyond("posts", 1).now_or_never().is_some());
        assert!(progress.wanted_beyond("posts", 2).now_or_never().is_none(), "that is enough for the reader");
        assert_eq!(progress.wanted().borrow().get("posts"), Some(&2), "others are to be told");

        progress.note("posts", 2);
        assert_eq!(reader.now_or_never(), Some(Coverage { covered: true, position: 2 }));
        assert!(in_no_hurry.now_or_never().is_some());
    }

    #[tokio::test]
    async fn no_runner_is_hurried_for_a_position_that_the_log_does_not_have() {
        let progress = heard_of(1);
        let (stored, exists) = oneshot::channel();
        let exists = async { exists.await.expect("it is stored") };
        let mut reader = Box::pin(progress.wait_for_claimed(&["posts"], 2, LONG, exists));
        assert!(reader.as_mut().now_or_never().is_none());
        assert!(progress.wanted_beyond("posts", 1).now_or_never().is_none(), "whoever claims it may lie");
        assert!(progress.wanted().borrow().is_empty());

        stored.send(()).expect("the reader waits for it");
        assert!(reader.as_mut().now_or_never().is_none());
        assert!(progress.wanted_beyond("posts", 1).now_or_never().is_some());
        progress.note("posts", 2);
        assert_eq!(reader.now_or_never(), Some(Coverage { covered: true, position: 2 }));
    }

    #[tokio::test]
    async fn what_a_reader_elsewhere_waits_for_is_wanted_here_and_not_told_on() {
        let progress = heard_of(1);
        progress.want("posts", 3);
        progress.want("posts", 2);
        assert!(progress.wanted_beyond("posts", 2).now_or_never().is_some());
        assert!(progress.wanted().borrow().is_empty());
    }
}
