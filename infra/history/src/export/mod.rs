//! Exports of the log as files: a table for each event type, with a column for each of its values.
//!
//! An export is made beside the wanted folder, in one whose name ends in `.partial`, and is renamed when it
//! is whole. An export that was cut off goes on from there: positions are exported in windows, and a window's
//! files are kept once the window is whole.

mod columns;
mod csv;
mod ndjson;
mod parquet;
mod plan;
mod tables;

pub use columns::{ENVELOPE, table_name};
pub use plan::{Format, Manifest, Partition, Plan};

use super::pages::Pages;
use super::rows::{RowsError, rows};
use chrono::{DateTime, Utc};
use futures::{StreamExt, pin_mut};
use projections::Position;
use sqlx::PgPool;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use tables::Tables;
use tokio::sync::mpsc;
use uuid::Uuid;

/// Number of positions in a window, whose files are kept or made anew together.
const WINDOW: Position = 1_000_000;
/// The size of a chunk of rows, in bytes.
const CHUNK: usize = 2 << 20;
/// Number of chunks that may wait to be written.
const WAITING: usize = 2;

const NOTICE: &str = include_str!("notice.txt");

/// The reason why an export was not made, or not all of it; the same command goes on.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The path where the export is wanted exists already.
    #[error("{0} is there already; name a folder that is not")]
    IsThere(PathBuf),
    /// The partial export that is there was begun by another request.
    #[error(
        "{0} holds a part of another export; go on with that by the command that began it, or remove the folder"
    )]
    IsAnother(PathBuf),
    /// There is no event type of this name.
    #[error("there is no event type {0}; `madang events schema` lists them")]
    UnknownType(String),
    /// The log's rows can't be read.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// The database failed.
    #[error("the log can't be read")]
    Database(#[from] sqlx::Error),
    /// The disk failed.
    #[error("files can't be written")]
    Io(#[from] io::Error),
    /// A table can't be written.
    #[error("the table of {table} can't be written")]
    Table {
        /// The table's name.
        table: String,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The state file of the partial export can't be read.
    #[error("what stands in {0} is no export's")]
    Spoilt(PathBuf),
}

/// A request for an export.
#[derive(Clone, Debug)]
pub struct ExportRequest {
    /// The format of the files.
    pub format: Format,
    /// The begin: only events stored at this time or later.
    pub since: Option<DateTime<Utc>>,
    /// The end: only events stored before this time.
    pub until: Option<DateTime<Utc>>,
    /// The event types, if not all.
    pub types: Option<Vec<String>>,
    /// The partition into files, if any.
    pub partition: Option<Partition>,
}

/// Makes an export in `out`, or goes on with one; calls `on_progress` with the numbers of positions done and
/// of all positions.
///
/// # Errors
/// See [`ExportError`]. Then there is no half export in `out`, only the `.partial` folder.
pub async fn export(
    pool: &PgPool,
    request: ExportRequest,
    out: &Path,
    on_progress: &(dyn Fn(Position, Position) + Send + Sync),
) -> Result<Manifest, ExportError> {
    if out.exists() {
        return Err(ExportError::IsThere(out.to_owned()));
    }
    if let Some(types) = &request.types
        && let Some(unknown) =
            types.iter().find(|name| !domain::Event::types().any(|(_, known, _)| known == **name))
    {
        return Err(ExportError::UnknownType(unknown.clone()));
    }
    let partial = plan::partial(out);
    let mut plan = match Plan::read(&partial)? {
        Some(plan) if plan.is_of(&request) => plan,
        Some(_) => return Err(ExportError::IsAnother(partial)),
        None => begin(pool, request, &partial).await?,
    };
    let all = plan.last - plan.first + 1;
    while plan.done < plan.last {
        on_progress(plan.done + 1 - plan.first, all);
        let first = plan.done + 1;
        let last = plan.last.min(plan.done + WINDOW);
        let made = window(pool, &plan, &partial, first, last, &|position| {
            on_progress(position + 1 - plan.first, all);
        })
        .await?;
        plan.keep(&partial, last, made)?;
    }
    on_progress(all, all);
    plan.finish(&partial, out)
}

async fn begin(pool: &PgPool, request: ExportRequest, partial: &Path) -> Result<Plan, ExportError> {
    let pages = Pages::new(pool.clone());
    let (log, head): (Uuid, Position) = sqlx::query_as("select id, head from log").fetch_one(pool).await?;
    let first = match request.since {
        Some(since) => pages.before(since).await? + 1,
        None => 1,
    };
    let last = match request.until {
        Some(until) => pages.before(until).await?,
        None => head,
    };
    fs::create_dir_all(partial)?;
    fs::write(partial.join("NOTICE.txt"), NOTICE)?;
    let plan = Plan::new(request, log, first, last.max(first - 1));
    plan.write(partial)?;
    Ok(plan)
}

/// Writes the files of the positions `first..=last`. Returns the number of rows that each table got.
async fn window(
    pool: &PgPool,
    plan: &Plan,
    partial: &Path,
    first: Position,
    last: Position,
    on_progress: &(dyn Fn(Position) + Send + Sync),
) -> Result<plan::Made, ExportError> {
    let folder = partial.join("window");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let mut tables = Tables::new(folder, plan, first);
    let (sender, mut receiver) = mpsc::channel::<super::rows::Chunk>(WAITING);
    let (told, mut progress) = tokio::sync::watch::channel(first - 1);
    // The writer has a thread of its own, since making columns takes a processor's time; Postgres sends
    // meanwhile.
    let writing = tokio::task::spawn_blocking(move || -> Result<plan::Made, ExportError> {
        while let Some(chunk) = receiver.blocking_recv() {
            chunk.each(|row| {
                let position = row.position;
                tables.push(&row)?;
                told.send_replace(position);
                Ok::<_, ExportError>(())
            })?;
            tables.relieve()?;
        }
        tables.finish()
    });
    let sent = rows(pool, first, last, CHUNK).await?;
    pin_mut!(sent);
    while let Some(chunk) = sent.next().await {
        if sender.send(chunk?).await.is_err() {
            // The writer failed, and says why.
            break;
        }
        on_progress(*progress.borrow_and_update());
    }
    drop(sender);
    writing.await.map_err(io::Error::other)?
}
