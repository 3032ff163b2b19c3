//! `madang rebuild`: read models built anew from the events, while service goes on.

use super::{Failure, services::Services};
use crate::projectors;
use indicatif::{ProgressBar, ProgressStyle};
use infra::event_store::LogReader;
use projections::{Position, Projector};
use sqlx::PgPool;
use std::{process::ExitCode, sync::Arc};

/// `madang rebuild`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Which read models: profiles, posts, comments, tags, timelines
    #[arg(value_name = "PROJECTION", required_unless_present = "all")]
    projections: Vec<String>,
    /// Every read model, one after the other
    #[arg(long, conflicts_with = "projections")]
    all: bool,
    #[command(flatten)]
    services: Services,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failure> {
    let chosen = choose(args.services.settings()?.merge_threshold, &args.projections)?;
    let pool = args.services.pool().await?;
    let source = LogReader::new(pool.clone());
    for projector in chosen {
        let bar = progress_bar(&pool, projector.name()).await?;
        let show = |position: Position| show(&bar, position);
        let position = projections::rebuild::rebuild(&*projector, &pool, &source, &show).await?;
        bar.finish_and_clear();
        println!("{}: rebuilt up to position {position}", projector.name());
    }
    Ok(ExitCode::SUCCESS)
}

/// The projectors of these names; all of them for no names.
pub(super) fn choose(merge_threshold: u64, names: &[String]) -> Result<Vec<Arc<dyn Projector>>, Failure> {
    let all = projectors::all(merge_threshold);
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
