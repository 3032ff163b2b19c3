//! The tables of one window: each event goes to the table of its type, and of its day.

use super::ExportError;
use super::columns::{self, UNKNOWN, table_name};
use super::csv::CsvTable;
use super::ndjson::NdjsonTable;
use super::parquet::ParquetTable;
use super::plan::{Format, Made, Partition, Plan};
use crate::event::today;
use crate::rows::Row;
use domain::schema::Column;
use projections::Position;
use serde_json::json;
use std::borrow::Cow;
use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

/// The memory that tables may hold together, in bytes.
const MEMORY: usize = 96 << 20;
const MICROSECONDS_A_DAY: i64 = 86_400_000_000;

/// A file in the making.
pub(super) trait Table: Send {
    /// Takes an event, whose payload is in today's version.
    fn push(&mut self, row: &Row<'_>, version: &str, payload: &str) -> Result<(), ExportError>;

    /// The memory that the table holds, about, in bytes.
    fn held(&self) -> usize {
        0
    }

    /// Writes the rows that the table holds in memory to the file.
    fn relieve(&mut self) -> Result<(), ExportError> {
        Ok(())
    }

    /// Writes the rest. Events that the table's columns have no room for are given back: they are rows for
    /// [`UNKNOWN`].
    fn finish(self: Box<Self>) -> Result<Finished, ExportError>;
}

/// The result of a finished table.
pub(super) struct Finished {
    pub(super) rows: u64,
    /// The events that are not of their type's shape, to be written to [`UNKNOWN`].
    pub(super) unfit: Vec<Unfit>,
}

/// An event that its table has no room for: the columns beside the payload as they are written, and the
/// payload.
pub(super) struct Unfit {
    pub(super) envelope: Envelope,
    pub(super) aggregate_type: String,
    pub(super) event_type: String,
    pub(super) payload: String,
}

/// An event's values of the columns of [`super::ENVELOPE`].
#[derive(Clone, Debug)]
pub(super) struct Envelope {
    pub(super) position: Position,
    pub(super) recorded_at: i64,
    pub(super) event_id: Option<String>,
    pub(super) aggregate_id: String,
    pub(super) sequence: i64,
    pub(super) actor: Option<String>,
    pub(super) by_operator: bool,
    pub(super) event_version: String,
}

impl Unfit {
    fn row(&self) -> Row<'_> {
        let Envelope { position, recorded_at, sequence, by_operator, .. } = self.envelope;
        Row {
            position,
            recorded_at,
            event_id: self.envelope.event_id.as_deref(),
            event_type: &self.event_type,
            event_version: &self.envelope.event_version,
            aggregate_type: &self.aggregate_type,
            aggregate_id: &self.envelope.aggregate_id,
            sequence,
            actor: self.envelope.actor.as_deref(),
            by_operator,
            payload: &self.payload,
        }
    }
}

/// The tables of one window.
pub(super) struct Tables {
    folder: PathBuf,
    format: Format,
    types: Option<Vec<String>>,
    by_day: bool,
    /// The window's first position, which names the files: those of a window that was cut off are overwritten
    /// under the same names.
    first: Position,
    day: i64,
    open: HashMap<String, Box<dyn Table>>,
    made: Made,
    unfit: Vec<Unfit>,
}

impl Tables {
    pub(super) fn new(folder: PathBuf, plan: &Plan, first: Position) -> Self {
        Self {
            folder,
            format: plan.format,
            types: plan.types.clone(),
            by_day: plan.partition == Some(Partition::Day),
            first,
            day: 0,
            open: HashMap::new(),
            made: Made::new(),
            unfit: vec![],
        }
    }

    pub(super) fn push(&mut self, row: &Row<'_>) -> Result<(), ExportError> {
        if self.types.as_ref().is_some_and(|types| types.iter().all(|name| name != row.event_type)) {
            return Ok(());
        }
        // Days come one after the other: the tables of the day before are done.
        let day = row.recorded_at.div_euclid(MICROSECONDS_A_DAY);
        if self.by_day && day != self.day {
            self.close()?;
        }
        self.day = day;
        let (version, payload) = today(row.event_type, row.event_version, row.payload);
        let schema = columns::schema(row.event_type);
        let known =
            schema.filter(|schema| schema.version == version && schema.aggregate_type == row.aggregate_type);
        match known {
            Some(schema) => {
                self.table(schema.event_type, &schema.columns)?.push(row, version, &payload)?;
            }
            None => self.push_unknown(row, version, row.payload)?,
        }
        Ok(())
    }

    /// Writes the largest table's rows to its file where all tables together hold too much. Asking each table
    /// how much it holds would be too dear for each row.
    pub(super) fn relieve(&mut self) -> Result<(), ExportError> {
        let held: usize = self.open.values().map(|table| table.held()).sum();
        if held > MEMORY
            && let Some(largest) = self.open.values_mut().max_by_key(|table| table.held())
        {
            largest.relieve()?;
        }
        Ok(())
    }

    fn push_unknown(&mut self, row: &Row<'_>, version: &str, payload: &str) -> Result<(), ExportError> {
        let what = json!({
            "aggregate_type": row.aggregate_type, "event_type": row.event_type, "payload": payload,
        });
        self.table(UNKNOWN, &columns::unknown())?.push(row, version, &what.to_string())
    }

    fn table(&mut self, event_type: &str, columns: &[Column]) -> Result<&mut Box<dyn Table>, ExportError> {
        if !self.open.contains_key(event_type) {
            let name =
                if event_type == UNKNOWN { Cow::Borrowed(UNKNOWN) } else { table_name(event_type).into() };
            let mut folder = self.folder.join(&*name);
            if self.by_day {
                let midnight = chrono::DateTime::from_timestamp_micros(self.day * MICROSECONDS_A_DAY);
                folder.push(format!("day={}", midnight.unwrap_or_default().format("%Y-%m-%d")));
            }
            fs::create_dir_all(&folder)?;
            let path = folder.join(format!("part-{:012}.{}", self.first, self.format.extension()));
            let table: Box<dyn Table> = match self.format {
                Format::Ndjson => Box::new(NdjsonTable::create(&path)?),
                Format::Csv => Box::new(CsvTable::create(&path, event_type, columns)?),
                Format::Parquet => Box::new(ParquetTable::create(&path, event_type, columns)?),
            };
            self.open.insert(event_type.to_owned(), table);
        }
        Ok(self.open.get_mut(event_type).expect("it was put there"))
    }

    /// Finishes all tables, that of [`UNKNOWN`] last: the others may have rows for it.
    fn close(&mut self) -> Result<(), ExportError> {
        let (unknown, known): (HashMap<_, _>, HashMap<_, _>) =
            std::mem::take(&mut self.open).into_iter().partition(|(event_type, _)| event_type == UNKNOWN);
        self.open = unknown;
        for (event_type, table) in known {
            let finished = table.finish()?;
            *self.made.entry(table_name(&event_type)).or_default() += finished.rows;
            self.unfit.extend(finished.unfit);
        }
        for unfit in std::mem::take(&mut self.unfit) {
            let row = unfit.row();
            self.push_unknown(&row, row.event_version, row.payload)?;
        }
        if let Some(table) = self.open.remove(UNKNOWN) {
            *self.made.entry(UNKNOWN.to_owned()).or_default() += table.finish()?.rows;
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Made, ExportError> {
        self.close()?;
        Ok(self.made)
    }
}
