//! `madang retry-parked`: events that could not be applied, tried again while service goes on.

use super::{Failure, rebuild::choose, services::Services};
use event_log::status::{ProjectionStatus, status};
use projections::retry;
use sqlx::PgPool;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// The longest wait for a runner. A runner looks once a second; if it takes longer, its batch is long, or
/// nobody runs it.
const PATIENCE: Duration = Duration::from_secs(30);

/// `madang retry-parked`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The read models whose parked events are tried again (`madang status` names them); all of them by default
    #[arg(value_name = "PROJECTION")]
    projections: Vec<String>,
    #[command(flatten)]
    services: Services,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failure> {
    let chosen = choose(&args.services.settings()?, &args.projections)?;
    let pool = args.services.pool().await?;
    let mut before = Vec::new();
    for projector in chosen {
        let stands = stands(&pool, projector.name()).await?;
        if stands.parked_count == 0 {
            println!("{}: nothing is parked", stands.name);
            continue;
        }
        retry::ask(&pool, projector.name()).await?;
        before.push(stands);
    }
    let mut all_applied = true;
    for before in before {
        all_applied &= report(&before, &tried(&pool, &before.name).await?);
    }
    Ok(if all_applied { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn stands(pool: &PgPool, name: &str) -> Result<ProjectionStatus, Failure> {
    let mut projections = status(pool, &[name]).await?.projections;
    projections.pop().ok_or_else(|| format!("there is no read model {name}").into())
}

/// Waits until the projection's runner has tried, and returns how the projection stands then.
async fn tried(pool: &PgPool, name: &str) -> Result<ProjectionStatus, Failure> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let stands = stands(pool, name).await?;
        // A rebuild that was swapped in has parked nothing, so there is nothing to try any more.
        if stands.parked_count == 0 || !retry::is_asked(pool, name).await? {
            return self::stands(pool, name).await;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err(format!(
        "nobody has tried the parked events of {name} for {} s: start a server with the role projector, \
         it tries them when it starts",
        PATIENCE.as_secs()
    )
    .into())
}

/// Prints what was applied; true if nothing is parked any more.
fn report(before: &ProjectionStatus, after: &ProjectionStatus) -> bool {
    let (name, left) = (&after.name, after.parked_count);
    let applied = (before.parked_count - left).max(0);
    println!("{name}: {applied} applied, {left} still parked");
    for event in &after.parked {
        println!("  {} {}: {}", event.position, event.event_type, event.error);
    }
    if applied > 0 {
        println!(
            "  what others did with them meanwhile was not counted: if `madang verify {name}` finds a \
             difference, `madang rebuild {name}` puts it right"
        );
    }
    left == 0
}
