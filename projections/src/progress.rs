//! How far each projection has come, as this process knows it, and how readers wait for it.

use crate::ports::{Checkpoint, Position};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// A projection that was not heard of for so long is down: its runner speaks every second.
const SILENCE: Duration = Duration::from_secs(5);

/// A backlog below this is no reason to give up: its speed is not known well enough.
const MANY: f64 = 1_000.0;

/// What a wait came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// Whether every projection asked for has reached the position.
    pub covered: bool,
    /// The lowest checkpoint among them.
    pub position: Position,
}

/// The checkpoints of all projections, fed by the runners of this process and by announcements.
#[derive(Default)]
pub struct Progress {
    known: RwLock<HashMap<String, Arc<watch::Sender<Known>>>>,
}

#[derive(Clone, Copy)]
struct Known {
    checkpoint: Checkpoint,
    /// When its runner last spoke; at first, when this process began to listen.
    heard: Instant,
    /// How fast it moves while it moves.
    events_per_second: f64,
}

impl Known {
    fn unheard() -> Self {
        Self { checkpoint: Checkpoint::default(), heard: Instant::now(), events_per_second: 0.0 }
    }

    #[allow(clippy::cast_precision_loss)]
    fn note(&mut self, checkpoint: Checkpoint) {
        let now = Instant::now();
        let applied = (checkpoint.position - self.checkpoint.position) as f64;
        if applied > 0.0 {
            let speed = applied / (now - self.heard).as_secs_f64().max(1e-6);
            // A smoothed average, so that one long batch does not count for all.
            self.events_per_second = self.events_per_second * 0.8 + speed * 0.2;
        }
        self.checkpoint = checkpoint;
        self.heard = now;
    }

    /// Whether waiting is in vain: it is silent, or its backlog takes much longer than the bound.
    #[allow(clippy::cast_precision_loss)]
    fn is_hopeless(&self, position: Position, bound: Duration) -> bool {
        let behind = (position - self.checkpoint.position) as f64;
        let silent = self.heard.elapsed() > SILENCE;
        silent || (behind > MANY && behind > self.events_per_second * bound.as_secs_f64() * 4.0)
    }
}

impl Progress {
    /// Notes a checkpoint. Announcements may come late, so it never goes back.
    pub fn note(&self, projection: &str, checkpoint: Checkpoint) {
        self.of(projection).send_if_modified(|known| {
            if checkpoint.position < known.checkpoint.position {
                return false;
            }
            let moved = known.checkpoint != checkpoint;
            known.note(checkpoint);
            moved
        });
    }

    /// What is known of a projection now, and how long ago it was heard of.
    #[must_use]
    pub fn checkpoint(&self, projection: &str) -> (Checkpoint, Duration) {
        let known = *self.of(projection).borrow();
        (known.checkpoint, known.heard.elapsed())
    }

    /// Waits until all of `projections` have reached `position`, at most `bound`; where that is known to
    /// be in vain, not at all.
    pub async fn wait(&self, projections: &[&str], position: Position, bound: Duration) -> Coverage {
        let deadline = Instant::now() + bound;
        let mut lowest = Position::MAX;
        for projection in projections {
            let sender = self.of(projection);
            let now = *sender.borrow();
            let reached = |known: &Known| known.checkpoint.position >= position;
            if !reached(&now) && !now.is_hopeless(position, bound) {
                let mut known = sender.subscribe();
                // Too late or not at all: what is there then is what is answered.
                let _ = tokio::time::timeout_at(deadline, known.wait_for(reached)).await;
            }
            lowest = lowest.min(sender.borrow().checkpoint.position);
        }
        Coverage { covered: lowest >= position, position: lowest }
    }

    fn of(&self, projection: &str) -> Arc<watch::Sender<Known>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = known.get(projection) {
            return sender.clone();
        }
        drop(known);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let unknown = || Arc::new(watch::Sender::new(Known::unheard()));
        known.entry(projection.to_owned()).or_insert_with(unknown).clone()
    }
}
