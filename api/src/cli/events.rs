//! `madang events`: the log for analysts, as files, as schemas.

use super::{Failure, services::Services};
use crate::edge::list::{MOMENT, moment};
use chrono::{DateTime, Utc};
use domain::schema::event_schemas;
use history::export::{ExportRequest, Format, Partition, export};
use history::masked;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use std::io::Write;
use std::{io, path::PathBuf, process::ExitCode};

/// `madang events`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Write the log into files: a folder for each event type, with a column for each of its values.
    ///
    /// The folder appears when all of it is there; until then the export is written into a folder beside it,
    /// with `.partial` behind its name. The same command goes on where it was cut off.
    Export(ExportArgs),
    /// Print every version of every event as JSON Schema, with the fields that old versions get when they are
    /// read.
    Schema(SchemaArgs),
    /// Print the events that are masked because a person was forgotten, as the events stand now.
    ///
    /// The output is for exports made before: put each line in the place of the event with the same position.
    Erasures(ErasuresArgs),
}

#[derive(Debug, clap::Args)]
struct ExportArgs {
    /// The format of the files: ndjson, csv or parquet
    #[arg(long)]
    format: Format,
    /// The folder that is made
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Events stored at this time or later: a day, or a time such as 2026-11-22T09:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<DateTime<Utc>>,
    /// Events stored before this time
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<DateTime<Utc>>,
    /// The event types that are written, with commas between them; all by default
    #[arg(long, value_name = "TYPES", value_delimiter = ',')]
    types: Option<Vec<String>>,
    /// The partition: files of their own for each `day` (of UTC), in folders such as day=2026-11-22
    #[arg(long, value_name = "WHAT")]
    partition_by: Option<Partition>,
    #[command(flatten)]
    services: Services,
}

#[derive(Debug, clap::Args)]
struct SchemaArgs {
    /// The event types that are printed; all by default
    #[arg(value_name = "TYPE")]
    types: Vec<String>,
}

#[derive(Debug, clap::Args)]
struct ErasuresArgs {
    /// The last position: the `last` of the export's manifest.json
    #[arg(long, value_name = "POSITION")]
    last: i64,
    #[command(flatten)]
    services: Services,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failure> {
    match args.command {
        Command::Export(args) => write(args).await,
        Command::Schema(args) => schema(&args),
        Command::Erasures(args) => erasures(args).await,
    }
}

async fn write(args: ExportArgs) -> Result<ExitCode, Failure> {
    let pool = args.services.pool().await?;
    let ExportArgs { format, out, since, until, types, partition_by, services: _ } = args;
    let request = ExportRequest { format, since, until, types, partition: partition_by };
    let style = ProgressStyle::with_template("{wide_bar} {human_pos}/{human_len} {per_sec} ETA {eta}")?;
    let bar = ProgressBar::new(0).with_style(style);
    let show = |done: i64, all: i64| {
        bar.set_length(u64::try_from(all).unwrap_or(0));
        bar.set_position(u64::try_from(done).unwrap_or(0));
    };
    let manifest = export(&pool, request, &out, &show).await;
    bar.finish_and_clear();
    let manifest = manifest?;
    let events: u64 = manifest.rows.values().sum();
    let (tables, first, last) = (manifest.rows.len(), manifest.first, manifest.last);
    println!("{}: {events} events of {tables} types, positions {first} to {last}", out.display());
    Ok(ExitCode::SUCCESS)
}

fn schema(args: &SchemaArgs) -> Result<ExitCode, Failure> {
    if let Some(unknown) =
        args.types.iter().find(|name| event_schemas().iter().all(|s| s.event_type != **name))
    {
        return Err(format!("there is no event type {unknown}").into());
    }
    let wanted = |name: &str| args.types.is_empty() || args.types.iter().any(|wanted| wanted == name);
    let shown: Vec<_> = event_schemas()
        .iter()
        .filter(|schema| wanted(schema.event_type))
        .map(|schema| {
            let steps = domain::upcast::UPCASTERS.iter();
            let mut own =
                steps.filter(|step| step.event_type == schema.event_type && step.from == schema.version);
            json!({
                "aggregate_type": schema.aggregate_type,
                "event_type": schema.event_type,
                "version": schema.version,
                "is_current": schema.is_current,
                "schema": schema.schema,
                "read_as": own.next().map(|step| json!({
                    "version": step.to,
                    "adds": step.adds.iter().map(|added| (added.name, (added.value)()))
                        .collect::<std::collections::BTreeMap<_, _>>(),
                })),
            })
        })
        .collect();
    println!("{}", serde_json::to_string_pretty(&shown)?);
    Ok(ExitCode::SUCCESS)
}

async fn erasures(args: ErasuresArgs) -> Result<ExitCode, Failure> {
    let pool = args.services.pool().await?;
    let mut out = io::BufWriter::new(io::stdout());
    masked(&pool, args.last, |event| {
        serde_json::to_writer(&mut out, &event)?;
        Ok::<_, Failure>(out.write_all(b"\n")?)
    })
    .await?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// Parses a time, for clap.
pub(super) fn time(text: &str) -> Result<DateTime<Utc>, &'static str> {
    moment(text).ok_or(MOMENT)
}
