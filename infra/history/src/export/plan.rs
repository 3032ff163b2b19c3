//! The plan of an export, with how far it has come, and the manifest of a whole one.

use super::{ExportError, ExportRequest};
use chrono::{DateTime, Utc};
use projections::Position;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use uuid::Uuid;

const STATE: &str = "state.json";
const MANIFEST: &str = "manifest.json";

/// The format in which events are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// NDJSON: one JSON object a line, the payload as an object within it.
    Ndjson,
    /// CSV: a header and a line for each event; lists as JSON.
    Csv,
    /// Parquet: columns of their own types.
    Parquet,
}

/// The unit that gets files of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Partition {
    /// A day of UTC, as `day=2026-11-22`.
    Day,
}

impl FromStr for Format {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "ndjson" => Ok(Self::Ndjson),
            "csv" => Ok(Self::Csv),
            "parquet" => Ok(Self::Parquet),
            _ => Err("must be ndjson, csv or parquet"),
        }
    }
}

impl Format {
    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }
}

impl FromStr for Partition {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "day" { Ok(Self::Day) } else { Err("must be day") }
    }
}

/// The number of rows of each table.
pub(super) type Made = BTreeMap<String, u64>;

/// The plan of an export, and how far it has come. Kept in the `.partial` folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The format of the files.
    pub format: Format,
    /// The request's begin.
    since: Option<DateTime<Utc>>,
    /// The request's end.
    until: Option<DateTime<Utc>>,
    /// The event types, if not all.
    pub types: Option<Vec<String>>,
    /// The partition into files, if any.
    pub partition: Option<Partition>,
    /// The log's id.
    log: Uuid,
    /// The position of the first event.
    pub first: Position,
    /// The position of the last event: later events, stored after the export was begun, are not in it.
    pub last: Position,
    /// The position up to which all files are written.
    pub done: Position,
    rows: Made,
}

/// The manifest of an export.
#[derive(Clone, Debug, Serialize)]
pub struct Manifest {
    /// The format of the files.
    pub format: Format,
    /// The log's id.
    pub log: Uuid,
    /// The first position that the export covers.
    pub first: Position,
    /// The last position that the export covers.
    pub last: Position,
    /// The time when the export was finished.
    pub finished_at: DateTime<Utc>,
    /// The number of events that each table has.
    pub rows: BTreeMap<String, u64>,
}

/// The folder in which an export is made until it is whole.
pub(super) fn partial(out: &Path) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    out.with_file_name(name)
}

impl Plan {
    pub(super) fn new(request: ExportRequest, log: Uuid, first: Position, last: Position) -> Self {
        let ExportRequest { format, since, until, mut types, partition } = request;
        if let Some(types) = &mut types {
            types.sort();
            types.dedup();
        }
        let (done, rows) = (first - 1, Made::new());
        Self { format, since, until, types, partition, log, first, last, done, rows }
    }

    /// True if the plan came from the same request.
    pub(super) fn is_of(&self, request: &ExportRequest) -> bool {
        let other = Self::new(request.clone(), self.log, self.first, self.last);
        Self { done: other.done, rows: Made::new(), ..self.clone() } == other
    }

    pub(super) fn read(partial: &Path) -> Result<Option<Self>, ExportError> {
        match fs::read(partial.join(STATE)) {
            Ok(text) => {
                Ok(Some(serde_json::from_slice(&text).map_err(|_| ExportError::Spoilt(partial.to_owned()))?))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Replaces the state file as a whole, or leaves it as it was.
    pub(super) fn write(&self, partial: &Path) -> Result<(), ExportError> {
        let next = partial.join("state.next");
        let file = File::create(&next)?;
        serde_json::to_writer(&file, self).map_err(std::io::Error::from)?;
        file.sync_all()?;
        Ok(fs::rename(next, partial.join(STATE))?)
    }

    /// Moves a window's files to the others. Files that a cut-off move left are overwritten by the same
    /// files.
    pub(super) fn keep(&mut self, partial: &Path, last: Position, made: Made) -> Result<(), ExportError> {
        move_all(&partial.join("window"), &partial.join("tables"))?;
        for (table, rows) in made {
            *self.rows.entry(table).or_default() += rows;
        }
        self.done = last;
        self.write(partial)
    }

    /// Makes the whole export visible, at once.
    pub(super) fn finish(&self, partial: &Path, out: &Path) -> Result<Manifest, ExportError> {
        let manifest = Manifest {
            format: self.format,
            log: self.log,
            first: self.first,
            last: self.last,
            finished_at: Utc::now(),
            rows: self.rows.clone(),
        };
        if partial.join("tables").exists() {
            move_all(&partial.join("tables"), partial)?;
        }
        if partial.join("window").exists() {
            fs::remove_dir_all(partial.join("window"))?;
        }
        fs::write(
            partial.join(MANIFEST),
            serde_json::to_vec_pretty(&manifest).map_err(std::io::Error::from)?,
        )?;
        fs::rename(partial, out)?;
        fs::remove_file(out.join(STATE))?;
        Ok(manifest)
    }
}

fn move_all(from: &Path, to: &Path) -> Result<(), ExportError> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            move_all(&entry.path(), &target)?;
        } else {
            fs::rename(entry.path(), target)?;
        }
    }
    Ok(fs::remove_dir(from)?)
}
