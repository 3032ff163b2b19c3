//! The log as Parquet against copying the same rows out of Postgres and nothing else, and all read models as they stood
//! against the same rebuilt.

use crate::Failure;
use crate::ground::Ground;
use crate::report::{Report, Target};
use crate::server::binary;
use sqlx::PgPool;
use std::cell::Cell;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::Command;

pub async fn run(ground: &mut Ground, report: &mut Report) -> Result<(), Failure> {
    let url = ground.copy("bench_past").await?;
    let pool = PgPool::connect(&url).await?;
    let (head,): (i64,) = sqlx::query_as("select head from log").fetch_one(&pool).await?;
    #[allow(clippy::cast_precision_loss)]
    let events = head as f64;
    let most = Cell::new(0);
    let exported = async || {
        let folder = tempfile::tempdir()?;
        let out = folder.path().join("out");
        let out = out.to_str().ok_or("the path is not UTF-8")?;
        let begun = Instant::now();
        let memory = peak(&url, &["events", "export", "--format", "parquet", "--out", out]).await?;
        most.set(most.get().max(memory));
        Ok(events / begun.elapsed().as_secs_f64())
    };
    let copied = async || Ok(events / super::copied(&pool).await?.as_secs_f64());
    let (ours, theirs) = ground.in_turns(exported, copied).await?;
    report.ratio("events exported to Parquet", Target::AtLeast(0.25), ours, "COPY out", theirs);
    report.amount("  most memory meanwhile", Target::AtMost(300.0), f64::from(most.get()), " MB");
    pool.close().await;

    most.set(0);
    let replayed = async || {
        let begun = Instant::now();
        most.set(most.get().max(peak(&url, &["replay", "--into", "bench"]).await?));
        let took = begun.elapsed();
        // To drop a database, Postgres writes all that others have changed.
        peak(&url, &["replay", "--drop", "bench"]).await?;
        Ok(events / took.as_secs_f64())
    };
    let rebuilt = async || Ok(events / ground.madang(&url, &["rebuild", "--all"], &[]).await?.as_secs_f64());
    let (ours, theirs) = ground.in_turns(replayed, rebuilt).await?;
    report.ratio("madang replay of all read models, events", Target::Told, ours, "rebuild --all", theirs);
    report.amount("  most memory meanwhile", Target::AtMost(300.0), f64::from(most.get()), " MB");
    ground.drop_copy("bench_past").await
}

/// The most resident memory of a command while it ran, in MB.
async fn peak(database_url: &str, arguments: &[&str]) -> Result<u32, Failure> {
    let mut child = Command::new(binary()?)
        .args(arguments)
        .env("DATABASE_URL", database_url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let process = child.id().ok_or("it has ended")?;
    let mut most = 0;
    let mut looks = tokio::time::interval(Duration::from_millis(50));
    loop {
        tokio::select! {
            status = child.wait() => {
                return if status?.success() { Ok(most) } else { Err(format!("{arguments:?} failed").into()) };
            }
            _ = looks.tick() => {
                let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
                let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
                let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u32>().ok());
                most = most.max(kilobytes.unwrap_or(0) / 1_024);
            }
        }
    }
}
