//! A table in the format NDJSON: lines of JSON.

use super::ExportError;
use super::tables::{Finished, Table};
use crate::rows::Row;
use chrono::SecondsFormat;
use serde::Serialize;
use serde_json::value::RawValue;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

pub(super) struct NdjsonTable {
    file: BufWriter<File>,
    rows: u64,
}

#[derive(Serialize)]
struct Line<'a> {
    position: i64,
    recorded_at: String,
    event_id: Option<&'a str>,
    event_type: &'a str,
    event_version: &'a str,
    aggregate_type: &'a str,
    aggregate_id: &'a str,
    sequence: i64,
    actor: Option<&'a str>,
    by_operator: bool,
    payload: &'a RawValue,
}

impl NdjsonTable {
    pub(super) fn create(path: &Path) -> Result<Self, ExportError> {
        Ok(Self { file: BufWriter::new(File::create(path)?), rows: 0 })
    }
}

impl Table for NdjsonTable {
    fn push(&mut self, row: &Row<'_>, version: &str, payload: &str) -> Result<(), ExportError> {
        let line = Line {
            position: row.position,
            recorded_at: row.time().to_rfc3339_opts(SecondsFormat::Micros, true),
            event_id: row.event_id,
            event_type: row.event_type,
            event_version: version,
            aggregate_type: row.aggregate_type,
            aggregate_id: row.aggregate_id,
            sequence: row.sequence,
            actor: row.actor,
            by_operator: row.by_operator,
            payload: serde_json::from_str(payload).map_err(io::Error::from)?,
        };
        serde_json::to_writer(&mut self.file, &line).map_err(io::Error::from)?;
        self.file.write_all(b"\n")?;
        self.rows += 1;
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Finished, ExportError> {
        self.file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        Ok(Finished { rows: self.rows, unfit: vec![] })
    }
}
