//! Load: calls as fast as answers come (closed loop), or at a rate of its own whatever the answers do (open
//! loop). In an open loop a slow answer delays nobody's clock: a call's wait counts from when the call was
//! due.

use crate::Failure;
use crate::client::{Answer, Call, Connection};
use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// The seconds that an open loop plays before it measures: connections, plans and caches warm up on a server
/// just started and a database just copied, of which every page is read and logged whole at its first change.
/// The lag that gathers meanwhile takes some seconds to drain.
const WARM_SECONDS: u64 = 15;
/// The longest wait for a read that shows what was written: a person who waits longer would have gone.
const GIVEN_UP: Duration = Duration::from_secs(30);

/// The function that makes the n-th call.
pub type Calls = Arc<dyn Fn(u64) -> Call + Send + Sync>;

/// Number of answers per second over `seconds`, after half a second to warm up.
pub async fn closed(
    address: SocketAddr,
    connections: usize,
    seconds: u64,
    calls: &Calls,
) -> Result<f64, Failure> {
    let answered = answered(address, connections, seconds, calls).await?.len() as u64;
    Ok(per_second(answered, Duration::from_secs(seconds)))
}

/// The time that each answer took.
pub async fn answered(
    address: SocketAddr,
    connections: usize,
    seconds: u64,
    calls: &Calls,
) -> Result<Vec<Duration>, Failure> {
    let warm = Duration::from_millis(500);
    let (next, begun) = (Arc::new(AtomicU64::new(0)), Instant::now());
    let end = warm + Duration::from_secs(seconds);
    let mut workers = JoinSet::new();
    for _ in 0..connections {
        let (next, calls) = (next.clone(), calls.clone());
        workers.spawn(async move {
            let mut connection = Connection::open(address).await?;
            let mut took = vec![];
            while begun.elapsed() < end {
                let call = calls(next.fetch_add(1, Ordering::Relaxed));
                let sent = Instant::now();
                connection.send(&call).await?;
                let at = begun.elapsed();
                if at >= warm && at < end {
                    took.push(sent.elapsed());
                }
            }
            Ok::<_, Failure>(took)
        });
    }
    let mut took = vec![];
    while let Some(worker) = workers.join_next().await {
        took.extend(worker??);
    }
    Ok(took)
}

/// A load at a rate of its own.
#[derive(Clone)]
pub struct Plan {
    /// Number of calls a second.
    pub rate: u64,
    /// The measured seconds, without those played before to warm up.
    pub seconds: u64,
    /// The most calls under way at once.
    pub connections: usize,
    pub calls: Calls,
    /// The read to send after the n-th call was answered, if any.
    pub then: Then,
    /// True if the read shows what the call's answer confirmed; else the read is sent again.
    pub shows: Shows,
}

impl Plan {
    /// The numbers of the calls that are measured.
    pub fn measured(&self) -> Range<u64> {
        self.rate * WARM_SECONDS..self.rate * (WARM_SECONDS + self.seconds)
    }
}

pub type Then = Arc<dyn Fn(u64, &Answer) -> Option<Call> + Send + Sync>;
pub type Shows = fn(&Answer, &Answer) -> bool;

/// The times that an open loop has measured.
#[derive(Default)]
pub struct Measured {
    /// The times from when a call was due to its answer.
    pub answered: Vec<Duration>,
    /// The times from a call's answer to the answer of the read that shows what the call wrote.
    pub seen: Vec<Duration>,
    /// Number of reads that did not show it yet.
    pub too_early: u64,
    pub took: Duration,
}

/// Plays a plan to its end.
pub async fn open(address: SocketAddr, plan: &Plan) -> Result<Measured, Failure> {
    let (next, begun) = (Arc::new(AtomicU64::new(0)), tokio::time::Instant::now());
    let mut workers = JoinSet::new();
    for _ in 0..plan.connections {
        let (next, plan) = (next.clone(), plan.clone());
        workers.spawn(async move {
            let mut measured = Measured::default();
            let mut connection = Connection::open(address).await?;
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= plan.measured().end {
                    return Ok::<_, Failure>(measured);
                }
                if n < plan.measured().start {
                    measured = Measured::default();
                }
                let due = begun + Duration::from_micros(n * 1_000_000 / plan.rate);
                tokio::time::sleep_until(due).await;
                let answer = connection.send(&(plan.calls)(n)).await?;
                let answered = Instant::now();
                measured.answered.push(due.elapsed());
                if let Some(read) = (plan.then)(n, &answer) {
                    while !(plan.shows)(&answer, &connection.send(&read).await?) {
                        measured.too_early += 1;
                        if answered.elapsed() > GIVEN_UP {
                            return Err(format!("what call {n} wrote is not seen").into());
                        }
                    }
                    measured.seen.push(answered.elapsed());
                }
            }
        });
    }
    let mut all = Measured::default();
    while let Some(worker) = workers.join_next().await {
        let measured = worker??;
        all.answered.extend(measured.answered);
        all.seen.extend(measured.seen);
        all.too_early += measured.too_early;
    }
    all.took = begun.elapsed().saturating_sub(Duration::from_secs(WARM_SECONDS));
    Ok(all)
}

/// The duration that `share` (0 to 1) of these do not exceed; zero of none.
fn quantile(durations: &[Duration], share: f64) -> Duration {
    let mut sorted = durations.to_vec();
    sorted.sort_unstable();
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let index = (sorted.len() as f64 * share) as usize;
    sorted.get(index.min(sorted.len().saturating_sub(1))).copied().unwrap_or_default()
}

/// The same quantile in milliseconds.
pub fn millis(durations: &[Duration], share: f64) -> f64 {
    quantile(durations, share).as_secs_f64() * 1_000.0
}

/// The rate of so many within a duration, per second.
#[allow(clippy::cast_precision_loss)]
pub fn per_second(count: u64, within: Duration) -> f64 {
    count as f64 / within.as_secs_f64()
}
