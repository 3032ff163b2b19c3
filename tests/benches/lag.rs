//! The lag of read models behind the log, as a time: it is looked at ten times a second while load runs.

use crate::Failure;
use sqlx::PgPool;
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const LOOK_EVERY: Duration = Duration::from_millis(100);

/// The log's head, and the position of the slowest read model: everything up to there is applied, delayed
/// deliveries included.
const STANDING: &str = "
    select (select head from log),
           least(
               (select position from profiles.checkpoint), (select position from posts.checkpoint),
               (select position from comments.checkpoint), (select position from tags.checkpoint),
               (select position from timelines.checkpoint),
               (select min(position) - 1 from timelines.tasks)
           )";

/// A watch on the lag, until it is asked for the longest one.
pub struct Lag {
    end: oneshot::Sender<()>,
    watching: JoinHandle<Result<Duration, sqlx::Error>>,
}

impl Lag {
    pub fn watch(pool: PgPool) -> Self {
        let (end, ended) = oneshot::channel();
        Self { end, watching: tokio::spawn(watch(pool, ended)) }
    }

    /// The longest time that a stored event was not yet in every read model, the time to catch up at the end
    /// included.
    pub async fn longest(self) -> Result<Duration, Failure> {
        let _ = self.end.send(());
        Ok(self.watching.await??)
    }
}

async fn watch(pool: PgPool, mut ended: oneshot::Receiver<()>) -> Result<Duration, sqlx::Error> {
    // Heads that are not reached yet, with the time they were seen at.
    let mut open: VecDeque<(i64, Instant)> = VecDeque::new();
    let mut longest = Duration::ZERO;
    let mut last = false;
    let mut often = tokio::time::interval(LOOK_EVERY);
    loop {
        often.tick().await;
        last = last || ended.try_recv().is_ok();
        let (head, reached): (i64, i64) = sqlx::query_as(STANDING).fetch_one(&pool).await?;
        let now = Instant::now();
        if open.back().is_none_or(|(newest, _)| head > *newest) {
            open.push_back((head, now));
        }
        while let Some((head, since)) = open.front().copied() {
            longest = longest.max(now - since);
            if head > reached {
                break;
            }
            open.pop_front();
        }
        if last && open.is_empty() {
            return Ok(longest);
        }
    }
}
