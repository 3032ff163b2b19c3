//! The server as a process: the memory that it holds, and the time that it takes to start.

use super::commands::likes;
use super::fan_out::command;
use crate::Failure;
use crate::ground::{Ground, median};
use crate::load::{Calls, closed};
use crate::report::{Report, Target};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The commands of an hour of a hundred commands a second.
const COMMANDS: u64 = 3_600 * 100;
/// Number of parts of the commands; memory is measured after each.
const PARTS: u64 = 12;

pub async fn memory(ground: &mut Ground, report: &mut Report) -> Result<(), Failure> {
    let url = ground.copy("bench_memory").await?;
    let server = ground.serve(&url, "api,relay,projector", &[]).await?;
    let (graph, sent) = (ground.graph.clone(), Arc::new(AtomicU64::new(0)));
    let likes = likes(&ground.graph);
    let counted = sent.clone();
    let calls: Calls = Arc::new(move |n| {
        let n = counted.fetch_add(1, Ordering::Relaxed).max(n);
        // Most calls are likes, as most of people's are: otherwise the mix, which fans out, would not fit
        // into a run.
        if n.is_multiple_of(8) { command(&graph, n / 8) } else { likes(n) }
    });
    let mut resident = vec![];
    for part in 1..=PARTS {
        while sent.load(Ordering::Relaxed) < COMMANDS * part / PARTS {
            closed(server.address, 32, 1, &calls).await?;
        }
        #[allow(clippy::cast_precision_loss)]
        resident.push(server.memory_mb()?.0 as f64);
    }
    #[allow(clippy::cast_precision_loss)]
    let most = server.memory_mb()?.1 as f64;
    report.amount("most memory within an hour's load (360,000 commands)", Target::AtMost(300.0), most, " MB");
    let (early, late) = (median(resident[3..6].to_vec()), median(resident[9..12].to_vec()));
    report.amount("  last quarter against the second", Target::AtMost(1.1), late / early, "×");
    server.stop().await?;
    ground.drop_copy("bench_memory").await
}

pub async fn start(ground: &mut Ground, report: &mut Report) -> Result<(), Failure> {
    let mut times = vec![];
    for _ in 0..ground.rounds {
        let server = ground.serve(&ground.imported, "api,relay,projector", &[]).await?;
        times.push(server.ready_within.as_secs_f64());
        server.stop().await?;
    }
    report.amount("server's start to ready, data in place", Target::AtMost(2.0), median(times), " s");
    Ok(())
}
