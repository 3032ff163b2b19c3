//! `madang verify`: the read models compared with rebuilt ones and with the events.

use super::{
    Failure,
    rebuild::{choose, progress_bar, show},
    services::Services,
};
use infra::event_store::LogReader;
use infra::media::{SETTLED, missing, strays};
use infra::s3::Storage;
use projections::Position;
use sqlx::PgPool;
use std::process::ExitCode;

/// `madang verify`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Which read models: profiles, posts, comments, tags, media, timelines; all of them by default, and
    /// whether the storage holds the photos that are there, and no others
    #[arg(value_name = "PROJECTION")]
    projections: Vec<String>,
    #[command(flatten)]
    services: Services,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failure> {
    let pool = args.services.pool().await?;
    // The threshold that the live copy was built with: another one would be another, equally right copy.
    let built_with = projections::timelines::query::threshold(&pool).await.ok().flatten();
    let mut settings = args.services.settings()?;
    settings.merge_threshold = built_with.map_or(settings.merge_threshold, u64::from);
    let chosen = choose(&settings, &args.projections)?;
    let source = LogReader::new(pool.clone());
    let mut all_equal = true;
    for projector in chosen {
        let bar = progress_bar(&pool, projector.name()).await?;
        let show = |position: Position| show(&bar, position);
        let report = projections::verify::verify(&*projector, &pool, &source, &show).await?;
        bar.finish_and_clear();
        let (name, rows, position) = (projector.name(), report.rows, report.position);
        if report.differences.is_empty() {
            println!("{name}: equal ({rows} rows at position {position})");
            continue;
        }
        all_equal = false;
        println!("{name}: DIFFERENT at position {position}");
        for difference in report.differences {
            println!("  {difference}");
        }
    }
    if args.projections.is_empty()
        && let Some(settings) = settings.s3
    {
        all_equal &= bucket(&pool, &Storage::new(settings)).await?;
    }
    Ok(if all_equal { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Whether the storage holds what the read model of photos says. Servers delete strays by themselves every hour.
async fn bucket(pool: &PgPool, storage: &Storage) -> Result<bool, Failure> {
    let strays = strays(pool, storage, SETTLED).await?;
    let missing = missing(pool, storage).await?;
    if strays.is_empty() && missing.is_empty() {
        println!("storage: equal");
        return Ok(true);
    }
    println!("storage: DIFFERENT");
    let lines = [("belongs to nothing", strays), ("is missing", missing)];
    for (what, keys) in lines {
        for key in keys.iter().take(SHOWN) {
            println!("  {key} {what}");
        }
        if keys.len() > SHOWN {
            println!("  and {} more that {what}", keys.len() - SHOWN);
        }
    }
    Ok(false)
}

/// More than so many are only counted.
const SHOWN: usize = 20;
