//! The group commit by itself: executor and appender in this process, no HTTP.

use super::inserts;
use crate::Failure;
use crate::ground::{Ground, chance};
use crate::load::per_second;
use crate::report::{Report, Target};
use domain::like::{Like, LikeCommand, Target as Liked};
use domain::value::{LikeId, PostId, UserId};
use event_log::event_store::{Appender, Envelope, Executor};
use rand::Rng;
use sqlx::postgres::PgPoolOptions;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use uuid::Uuid;

pub async fn run(ground: &mut Ground, report: &mut Report) -> Result<(), Failure> {
    let (events, rows) = (ground.copy("bench_append").await?, ground.copy("bench_rows").await?);
    for (concurrent, least) in [(32, None), (64, Some(1.2)), (256, Some(1.5))] {
        let ours = async || appended(&events, concurrent, ground.seconds).await;
        let (ours, theirs) = ground.in_turns(ours, async || inserts(&rows, ground.seconds).await).await?;
        let what = format!("events appended, {concurrent} concurrent commands, no HTTP");
        report.ratio(&what, least.map_or(Target::Told, Target::AtLeast), ours, "pgbench", theirs);
    }
    ground.drop_copy("bench_append").await?;
    ground.drop_copy("bench_rows").await
}

async fn appended(url: &str, concurrent: usize, seconds: u64) -> Result<f64, Failure> {
    let (appender, handle) = Appender::new(&url.parse()?);
    let appending = tokio::spawn(appender.run());
    let executor = Executor::new(PgPoolOptions::new().max_connections(8).connect(url).await?, handle);
    let (begun, length) = (Instant::now(), Duration::from_secs(seconds));
    let counted = Arc::new(AtomicU64::new(0));
    let seed: u64 = chance(u64::from(std::process::id())).random();
    let mut workers = JoinSet::new();
    for n in 0..concurrent {
        let (executor, counted) = (executor.clone(), counted.clone());
        let seed = seed ^ u64::try_from(n).expect("a small number");
        workers.spawn(async move {
            let mut chance = chance(seed);
            while begun.elapsed() < length {
                let (user_id, target) =
                    (UserId(Uuid::now_v7()), Liked::Post(PostId(Uuid::from_u128(chance.random()))));
                let envelope = Envelope::plain(Some(user_id), false, Uuid::now_v7());
                let command = LikeCommand::Like { user_id, target, target_is_open: true };
                executor.execute::<Like>(LikeId::of(user_id, target).0, command, &envelope).await?;
                counted.fetch_add(1, Ordering::Relaxed);
            }
            Ok::<_, Failure>(())
        });
    }
    while let Some(worker) = workers.join_next().await {
        worker??;
    }
    let took = begun.elapsed();
    drop(executor);
    appending.await?;
    Ok(per_second(counted.load(Ordering::Relaxed), took))
}
