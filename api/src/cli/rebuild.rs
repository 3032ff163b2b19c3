//! `madang rebuild`: read models built anew from the events, while service goes on.

use super::{Failure, services::Services};
use crate::features;
use event_log::event_store::{LogReader, migrate};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use projections::rebuild::{SharedSource, rebuild};
use projections::schema::outdated;
use projections::{Position, Projector};
use service::settings::Settings;
use sqlx::PgPool;
use std::{process::ExitCode, sync::Arc};
use tokio::task::JoinSet;

/// `madang rebuild`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The read models to rebuild; `madang status` names them
    #[arg(value_name = "PROJECTION", required_unless_present_any = ["all", "outdated"])]
    projections: Vec<String>,
    /// Every read model, with one reading of the log
    #[arg(long, conflicts_with = "projections")]
    all: bool,
    /// Rebuild the read models that are missing, or that an older release made. Run by a new release before
    /// it serves, this leaves the release nothing to rebuild
    #[arg(long, conflicts_with_all = ["projections", "all"])]
    outdated: bool,
    #[command(flatten)]
    services: Services,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failure> {
    let mut chosen = choose(&args.services.settings()?, &args.projections)?;
    let pool = args.services.pool().await?;
    if args.outdated {
        migrate(&pool).await?;
        history::analytics::keep_up(&pool).await;
        let outdated = outdated(&pool, &chosen).await?;
        chosen.retain(|projector| outdated.contains(&projector.name()));
        if chosen.is_empty() {
            println!("every read model is of this release");
        }
    }
    let source = SharedSource::new(Arc::new(LogReader::new(pool.clone())));
    let bars = MultiProgress::new();
    let mut rebuilding = JoinSet::new();
    let mut about_to = vec![];
    for projector in chosen {
        let bar = bars.add(progress_bar(&pool, projector.name()).await?);
        about_to.push((projector, bar, source.share()));
    }
    // The rebuilds begin only now, so that none is ahead before all are counted.
    for (projector, bar, source) in about_to {
        let pool = pool.clone();
        rebuilding.spawn(async move {
            let show = |position: Position| show(&bar, position);
            let rebuilt = rebuild(&*projector, &pool, &source, &show).await;
            bar.finish_and_clear();
            (projector.name(), rebuilt)
        });
    }
    let mut all_rebuilt = true;
    while let Some(ended) = rebuilding.join_next().await {
        match ended? {
            (name, Ok(position)) => println!("{name}: rebuilt up to position {position}"),
            (name, Err(error)) => {
                all_rebuilt = false;
                eprintln!("{name}: not rebuilt, the old one goes on: {error}");
            }
        }
    }
    Ok(if all_rebuilt { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The projectors of these names; all of them for no names.
pub(super) fn choose(settings: &Settings, names: &[String]) -> Result<Vec<Arc<dyn Projector>>, Failure> {
    let all = features::projectors(settings);
    if names.is_empty() {
        return Ok(all);
    }
    let known: Vec<_> = all.iter().map(|projector| projector.name()).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(format!("there is no read model {unknown}; there are {}", known.join(", ")).into());
    }
    Ok(all.into_iter().filter(|projector| names.iter().any(|name| name == projector.name())).collect())
}

/// A bar as long as the log is now.
pub(super) async fn progress_bar(pool: &PgPool, name: &'static str) -> Result<ProgressBar, Failure> {
    let head: i64 = sqlx::query_scalar("select head from log").fetch_one(pool).await?;
    let style =
        ProgressStyle::with_template("{msg:10} {wide_bar} {human_pos}/{human_len} {per_sec} ETA {eta}")?;
    Ok(ProgressBar::new(u64::try_from(head).unwrap_or(0)).with_style(style).with_message(name))
}

/// Moves the bar; the log may have grown meanwhile.
pub(super) fn show(bar: &ProgressBar, position: Position) {
    let position = u64::try_from(position).unwrap_or(0);
    if bar.length().is_some_and(|length| length < position) {
        bar.set_length(position);
    }
    bar.set_position(position);
}
