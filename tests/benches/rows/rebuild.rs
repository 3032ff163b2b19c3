//! The rebuild of all read models from the whole log, compared with copying the log's rows out of Postgres
//! and nothing else.

use crate::Failure;
use crate::ground::Ground;
use crate::report::{Report, Target};
use sqlx::PgPool;

pub async fn run(ground: &mut Ground, report: &mut Report) -> Result<(), Failure> {
    let url = ground.copy("bench_rebuild").await?;
    let pool = PgPool::connect(&url).await?;
    let (head,): (i64,) = sqlx::query_as("select head from log").fetch_one(&pool).await?;
    #[allow(clippy::cast_precision_loss)]
    let events = head as f64;
    let rebuilt = async || Ok(events / ground.madang(&url, &["rebuild", "--all"], &[]).await?.as_secs_f64());
    let copied = async || Ok(events / super::copied(&pool).await?.as_secs_f64());
    let (ours, theirs) = ground.in_turns(rebuilt, copied).await?;
    report.ratio("madang rebuild --all, events", Target::AtLeast(0.1), ours, "COPY out", theirs);
    pool.close().await;
    ground.drop_copy("bench_rebuild").await
}
