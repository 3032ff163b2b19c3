//! Workers, which do the jobs of a process, beside the workers of other processes.

use crate::job::{Failure, Kind, Then};
use crate::queue::Queue;
use crate::rows::{self, Claimed, RENEW};
use service::backoff;
use sqlx::PgPool;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

/// The pause between two polls, which find jobs that other processes enqueued or that have become due: one
/// statement, over an index.
const POLL: Duration = Duration::from_secs(1);
const SWEEP: Duration = Duration::from_secs(60);

/// The workers of one process.
pub struct Workers {
    /// The workers' own pool.
    pub pool: PgPool,
    /// The kinds of jobs that the workers do.
    pub kinds: Vec<Kind>,
    /// The queue whose pokes wake the workers.
    pub queue: Queue,
    /// Ends the workers, once the jobs under way are done or given back (see [`crate::Job::GRACE`]).
    pub shutdown: CancellationToken,
}

/// The parts that each job under way needs.
#[derive(Clone)]
struct Work {
    pool: PgPool,
    shutdown: CancellationToken,
}

impl Workers {
    /// Works until shutdown.
    pub async fn run(self) {
        let Self { pool, kinds, queue, shutdown } = self;
        if kinds.is_empty() {
            return;
        }
        let kinds: Vec<Arc<Kind>> = kinds.into_iter().map(Arc::new).collect();
        let work = Work { pool: pool.clone(), shutdown: shutdown.clone() };
        let mut under_way = JoinSet::new();
        let mut busy = vec![0; kinds.len()];
        let mut pokes = queue.pokes();
        let mut sweeps = tokio::time::interval(SWEEP);
        while !shutdown.is_cancelled() {
            pokes.mark_unchanged();
            for (kind, job) in claim(&pool, &kinds, &busy).await {
                busy[kind] += 1;
                let (work, of) = (work.clone(), kinds[kind].clone());
                under_way.spawn(async move {
                    work.run(&of, job).await;
                    kind
                });
            }
            tokio::select! {
                Some(ended) = under_way.join_next() => free(&mut busy, ended),
                _ = pokes.changed() => {}
                _ = sweeps.tick() => sweep(&pool, &kinds).await,
                () = tokio::time::sleep(POLL) => {}
                () = shutdown.cancelled() => {}
            }
            while let Some(ended) = under_way.try_join_next() {
                free(&mut busy, ended);
            }
        }
        under_way.join_all().await;
    }
}

/// Takes as many jobs as there is room for, each with its kind's index.
async fn claim(pool: &PgPool, kinds: &[Arc<Kind>], busy: &[usize]) -> Vec<(usize, Claimed)> {
    let free = kinds.iter().zip(busy).map(|(kind, busy)| (&**kind, kind.at_once.saturating_sub(*busy)));
    let wanted: Vec<_> = free.filter(|(_, free)| *free > 0).collect();
    let claimed = rows::claim(pool, &wanted).await.unwrap_or_else(|failure| {
        warn!(%failure, "jobs can't be taken");
        vec![]
    });
    let number = |job: &Claimed| kinds.iter().position(|kind| kind.name == job.kind);
    claimed.into_iter().filter_map(|job| Some((number(&job)?, job))).collect()
}

fn free(busy: &mut [usize], ended: Result<usize, tokio::task::JoinError>) {
    // A job that panics ends as others do, so only the end of the process cuts a task off.
    if let Ok(kind) = ended {
        busy[kind] -= 1;
    }
}

async fn sweep(pool: &PgPool, kinds: &[Arc<Kind>]) {
    let kinds: Vec<_> = kinds.iter().map(|kind| &**kind).collect();
    if let Err(failure) = rows::sweep(pool, &kinds).await {
        warn!(%failure, "jobs that were given up were not swept");
    }
}

impl Work {
    async fn run(&self, kind: &Kind, mut job: Claimed) {
        let begun = Instant::now();
        let payload = job.payload.take();
        let ended = tokio::select! {
            ended = kind.run(payload) => ended,
            () = self.lost(&job) => {
                return warn!(kind = kind.name, lease = %job.lease, "a job is not this process's any more");
            }
            () = self.over(kind.grace) => {
                return noted(rows::retry(&self.pool, &job, None, Duration::ZERO, false).await);
            }
        };
        metrics::histogram!("madang_job_seconds", "kind" => kind.name).record(begun.elapsed().as_secs_f64());
        self.settle(kind, &job, ended).await;
    }

    /// Returns when the process stops and the grace is over: the job is to be left to others.
    async fn over(&self, grace: Duration) {
        self.shutdown.cancelled().await;
        tokio::time::sleep(grace).await;
    }

    /// Returns when another worker has the job, or nobody wants it any more.
    async fn lost(&self, job: &Claimed) {
        loop {
            tokio::time::sleep(RENEW).await;
            if let Ok(false) = rows::renew(&self.pool, job).await {
                return;
            }
        }
    }

    async fn settle(&self, kind: &Kind, job: &Claimed, ended: Result<(), Failure>) {
        let (name, lease, attempts) = (kind.name, job.lease, job.attempts);
        let Err(Failure { why, cause, then, is_logged }) = ended else {
            debug!(kind = name, %lease, "a job was done");
            count(name, "done");
            return noted(rows::done(&self.pool, job).await);
        };
        let cause = cause.map(|cause| chain(&*cause));
        match then {
            Then::Wait(pause) => {
                debug!(kind = name, %lease, why, "a job waits");
                noted(rows::retry(&self.pool, job, Some(why), pause, false).await);
            }
            Then::Retry if attempts < kind.max_attempts => {
                if !is_logged {
                    warn!(kind = name, %lease, why, cause, attempts, "a job failed; it is tried again");
                }
                count(name, "failed");
                let pause = pause(attempts, kind.longest_pause, rand::random_range(0.0..0.25));
                noted(rows::retry(&self.pool, job, Some(why), pause, true).await);
            }
            Then::Retry | Then::GiveUp => {
                warn!(kind = name, %lease, why, cause, attempts, "a job was given up");
                count(name, "given_up");
                noted(rows::give_up(&self.pool, job, why).await);
            }
        }
    }
}

fn count(kind: &'static str, outcome: &'static str) {
    metrics::counter!("madang_jobs_total", "kind" => kind, "outcome" => outcome).increment(1);
}

/// Logs an outcome that could not be stored: the job is done again when the lease is over.
fn noted(result: Result<(), sqlx::Error>) {
    if let Err(failure) = result {
        warn!(%failure, "how a job ended was not noted; it may be done twice");
    }
}

/// An error's text with the texts of its sources.
fn chain(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let text = error.to_string();
        if !said.contains(&text) {
            said = format!("{said}: {text}");
        }
        source = error.source();
    }
    said
}

/// The pause before the next try, which doubles with each try. It is longer by `jitter`, so that jobs which
/// failed together do not come back together.
fn pause(attempts: i32, longest: Duration, jitter: f64) -> Duration {
    backoff::pause(attempts, longest).mul_f64(1.0 + jitter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::LEASE;

    #[test]
    fn tries_become_rarer_up_to_the_longest_pause() {
        let longest = Duration::from_secs(15 * 60);
        let pauses: Vec<_> = (1..=12).map(|attempts| pause(attempts, longest, 0.0).as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
        assert_eq!(pause(i32::MAX, longest, 0.25), longest.mul_f64(1.25));
        assert_eq!(pause(1, longest, 0.25), Duration::from_millis(1_250));
    }

    #[test]
    fn a_lease_outlasts_two_missed_renewals() {
        assert!(LEASE > RENEW * 3);
    }

    #[test]
    fn a_cause_is_told_once() {
        let inner = std::io::Error::other("away");
        let outer = std::io::Error::other(inner);
        assert_eq!(chain(&outer), "away");
    }
}
