//! `madang verify`: the read models compared with rebuilt ones and with the events.

use super::{
    Failure,
    rebuild::{choose, progress_bar, show},
    services::Services,
};
use event_log::event_store::LogReader;
use futures::future::BoxFuture;
use photos::media::{SETTLED, missing, strays};
use photos::s3::Storage;
use projections::Position;
use projections::search::engine::{Engine, EngineError, Key};
use projections::search::feed::versions;
use search_engine::{Meilisearch, embedded};
use sqlx::PgPool;
use std::collections::BTreeSet;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// `madang verify`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The read models to verify (`madang status` names them); all of them by default, and with them whether
    /// the storage holds the photos that are there, and no others. With search comes its index: Meilisearch,
    /// or the folder, where one is named
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
    let is_chosen =
        |name: &str| args.projections.is_empty() || args.projections.iter().any(|chosen| chosen == name);
    if is_chosen("search") {
        let folder = settings.search_dir.filter(|folder| folder.exists());
        match (settings.meili, folder) {
            (Some(meili), _) => {
                let (log,) = sqlx::query_as("select id from log").fetch_one(&pool).await?;
                let engine = Meilisearch::new(&meili, log)?;
                all_equal &= index(&pool, || engine.versions()).await?;
            }
            (None, Some(folder)) => {
                all_equal &= index(&pool, || Box::pin(async { embedded::held(&folder) })).await?;
            }
            (None, None) => {}
        }
    }
    if args.projections.is_empty()
        && let Some(settings) = settings.s3
    {
        all_equal &= bucket(&pool, &Storage::new(settings)).await?;
    }
    Ok(if all_equal { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The documents that an engine holds, with their versions.
type Held<'a> = BoxFuture<'a, Result<Vec<(Key, Position)>, EngineError>>;

/// True if an engine holds what the documents' tables do. A server may be feeding the engine meanwhile, so a
/// difference is looked at again.
async fn index<'a>(pool: &PgPool, held: impl Fn() -> Held<'a>) -> Result<bool, Failure> {
    let begun = Instant::now();
    loop {
        let wanted: BTreeSet<_> = versions(pool).await?.into_iter().collect();
        let held: BTreeSet<_> = held().await?.into_iter().collect();
        if wanted == held {
            println!("search index: equal ({} documents)", held.len());
            return Ok(true);
        }
        if begun.elapsed() > PATIENCE {
            println!("search index: DIFFERENT");
            for (what, keys) in
                [("is missing", wanted.difference(&held)), ("is too much", held.difference(&wanted))]
            {
                for (key, version) in keys.take(SHOWN) {
                    println!("  {key:?} as of {version} {what}");
                }
            }
            return Ok(false);
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// The time that an index may take to be fed what is in the tables.
const PATIENCE: Duration = Duration::from_secs(10);

/// True if the storage holds what the read model of photos says. Servers delete strays by themselves every
/// hour.
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

/// The number of differences of each kind that are shown; more files of the storage are only counted.
const SHOWN: usize = 20;
