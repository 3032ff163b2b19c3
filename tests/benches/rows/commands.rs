//! Commands over HTTP on 32 connections, compared with what pgbench inserts with 32 clients.

use super::inserts;
use crate::Failure;
use crate::client::Call;
use crate::ground::{Graph, Ground, text};
use crate::lag::Lag;
use crate::load::{Calls, closed};
use crate::report::{Report, Target};
use hyper::Method;
use serde_json::json;
use sqlx::PgPool;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const CONNECTIONS: usize = 32;

/// Calls that publish a post each; the authors are chosen at random.
pub fn posts(graph: &Arc<Graph>) -> Calls {
    let (graph, number) = (graph.clone(), AtomicU64::new(0));
    Arc::new(move |_| {
        let n = number.fetch_add(1, Ordering::Relaxed);
        let call = Call::new(Method::POST, "/v1/posts");
        call.by(&graph.anyone(n).token).with(json!({ "text": text(n) }))
    })
}

/// Calls that like one of the thousand newest posts each; hardly ever does a person like the same post twice.
pub fn likes(graph: &Arc<Graph>) -> Calls {
    let (graph, number) = (graph.clone(), AtomicU64::new(0));
    Arc::new(move |_| {
        let n = number.fetch_add(1, Ordering::Relaxed);
        let (post, _) = graph.new_post(!n);
        Call::new(Method::PUT, format!("/v1/posts/{post}/like")).by(&graph.anyone(n).token)
    })
}

pub async fn api_alone(ground: &mut Ground, report: &mut Report) -> Result<(), Failure> {
    let (commands, rows) = (ground.copy("bench_commands").await?, ground.copy("bench_rows").await?);
    let server = ground.serve(&commands, "api", &[]).await?;
    for (name, calls) in [("POST /v1/posts", posts(&ground.graph)), ("PUT …/like", likes(&ground.graph))] {
        let head = head_of(&commands).await?;
        let used = server.processor_seconds()?;
        let ours = async || closed(server.address, CONNECTIONS, ground.seconds, &calls).await;
        let (ours, theirs) = ground.in_turns(ours, async || inserts(&rows, ground.seconds).await).await?;
        let what = format!("{name}, 32 connections, API alone");
        report.ratio(&what, Target::AtLeast(0.6), ours, "pgbench", theirs);
        let each = (server.processor_seconds()? - used) * 1e6 / (head_of(&commands).await? - head);
        report.amount("  server's processor time for each", Target::Told, each, " µs");
    }
    server.stop().await?;
    ground.drop_copy("bench_commands").await?;
    ground.drop_copy("bench_rows").await
}

#[allow(clippy::cast_precision_loss)]
async fn head_of(url: &str) -> Result<f64, Failure> {
    let pool = PgPool::connect(url).await?;
    let (head,): (i64,) = sqlx::query_as("select head from log").fetch_one(&pool).await?;
    pool.close().await;
    Ok(head as f64)
}

pub async fn all_roles(ground: &mut Ground, report: &mut Report) -> Result<(), Failure> {
    let (commands, rows) = (ground.copy("bench_commands").await?, ground.copy("bench_rows").await?);
    let server = ground.serve(&commands, "api,relay,projector", &[]).await?;
    let pool = PgPool::connect(&commands).await?;
    let (calls, longest) = (likes(&ground.graph), AtomicU64::new(0));
    let ours = async || {
        let lag = Lag::watch(pool.clone());
        let reached = closed(server.address, CONNECTIONS, ground.seconds, &calls).await?;
        let millis = u64::try_from(lag.longest().await?.as_millis()).unwrap_or(u64::MAX);
        longest.fetch_max(millis, Ordering::Relaxed);
        Ok(reached)
    };
    let (ours, theirs) = ground.in_turns(ours, async || inserts(&rows, ground.seconds).await).await?;
    report.ratio("PUT …/like, 32 connections, every role", Target::AtLeast(0.3), ours, "pgbench", theirs);
    #[allow(clippy::cast_precision_loss)]
    let seconds = longest.load(Ordering::Relaxed) as f64 / 1_000.0;
    report.amount("  slowest read model behind meanwhile", Target::AtMost(1.0), seconds, " s");
    pool.close().await;
    server.stop().await?;
    ground.drop_copy("bench_commands").await?;
    ground.drop_copy("bench_rows").await
}
