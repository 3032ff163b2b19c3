//! What an export is to hold, how far it has come, and what it says of itself at the end.

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

/// In which form events are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// One JSON object a line, the payload as an object within it.
    Ndjson,
    /// A header and a line for each event; lists as JSON.
    Csv,
    /// Columns of their own types.
    Parquet,
}

/// What gets files of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Partition {
    /// Each day of UTC, as `day=2026-11-22`.
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

/// Rows of each table.
pub(super) type Made = BTreeMap<String, u64>;

/// What is to be exported, and how far that is. Kept in the `.partial` folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// In which form.
    pub format: Format,
    /// As it was asked.
    since: Option<DateTime<Utc>>,
    /// As it was asked.
    until: Option<DateTime<Utc>>,
    /// Only these.
    pub types: Option<Vec<String>>,
    /// What gets files of its own.
    pub partition: Option<Partition>,
    /// Of which log.
    log: Uuid,
    /// The first event.
    pub first: Position,
    /// The last event: what came after the export was begun is not in it.
    pub last: Position,
    /// Everything up to here is there.
    pub done: Position,
    rows: Made,
}

/// What an export says of itself.
#[derive(Clone, Debug, Serialize)]
pub struct Manifest {
    /// In which form it is.
    pub format: Format,
    /// Of which log.
    pub log: Uuid,
    /// The first position that it covers.
    pub first: Position,
    /// The last position that it covers.
    pub last: Position,
    /// When it was finished.
    pub finished_at: DateTime<Utc>,
    /// How many events each table has.
    pub rows: BTreeMap<String, u64>,
}

/// Where an export is made until it is whole.
pub(super) fn partial(out: &Path) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    out.with_file_name(name)
}

impl Plan {
    pub(super) fn new(asked: ExportRequest, log: Uuid, first: Position, last: Position) -> Self {
        let ExportRequest { format, since, until, mut types, partition } = asked;
        if let Some(types) = &mut types {
            types.sort();
            types.dedup();
        }
        let (done, rows) = (first - 1, Made::new());
        Self { format, since, until, types, partition, log, first, last, done, rows }
    }

    /// Whether it came from the same question.
    pub(super) fn is_of(&self, asked: &ExportRequest) -> bool {
        let other = Self::new(asked.clone(), self.log, self.first, self.last);
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

    /// Replaces what was noted before, or leaves it.
    pub(super) fn write(&self, partial: &Path) -> Result<(), ExportError> {
        let next = partial.join("state.next");
        let file = File::create(&next)?;
        serde_json::to_writer(&file, self).map_err(std::io::Error::from)?;
        file.sync_all()?;
        Ok(fs::rename(next, partial.join(STATE))?)
    }

    /// Moves a window's files to the others. What a cut-off move left is overwritten by the same files.
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
