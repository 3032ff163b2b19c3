//! A table in the format CSV: lines with commas.

use super::tables::{Finished, Table};
use super::{ENVELOPE, ExportError};
use crate::rows::Row;
use chrono::SecondsFormat;
use csv::Writer;
use domain::schema::Column;
use serde_json::Value;
use std::fs::File;
use std::io;
use std::path::Path;

pub(super) struct CsvTable {
    name: String,
    paths: Vec<Vec<String>>,
    file: Writer<File>,
    rows: u64,
}

impl CsvTable {
    pub(super) fn create(path: &Path, event_type: &str, columns: &[Column]) -> Result<Self, ExportError> {
        let paths = columns.iter().map(|column| column.path.clone()).collect();
        let mut table = Self {
            name: event_type.to_owned(),
            paths,
            file: Writer::from_writer(File::create(path)?),
            rows: 0,
        };
        let names = ENVELOPE.into_iter().chain(columns.iter().map(|column| column.name.as_str()));
        table.file.write_record(names).map_err(|error| table.failure(error))?;
        Ok(table)
    }

    fn failure(&self, error: csv::Error) -> ExportError {
        ExportError::Table { table: self.name.clone(), source: error.into() }
    }
}

impl Table for CsvTable {
    fn push(&mut self, row: &Row<'_>, version: &str, payload: &str) -> Result<(), ExportError> {
        let payload: Value = serde_json::from_str(payload).map_err(io::Error::from)?;
        let envelope = [
            row.position.to_string(),
            row.time().to_rfc3339_opts(SecondsFormat::Micros, true),
            row.event_id.unwrap_or_default().to_owned(),
            row.aggregate_id.to_owned(),
            row.sequence.to_string(),
            row.actor.unwrap_or_default().to_owned(),
            row.by_operator.to_string(),
            version.to_owned(),
        ];
        let own = self.paths.iter().map(|path| cell(path.iter().fold(&payload, |value, name| &value[name])));
        let written = self.file.write_record(envelope.into_iter().chain(own));
        self.rows += 1;
        written.map_err(|error| self.failure(error))
    }

    fn finish(self: Box<Self>) -> Result<Finished, ExportError> {
        let file = self.file.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
        file.sync_all()?;
        Ok(Finished { rows: self.rows, unfit: vec![] })
    }
}

/// A value's cell: empty for null; text as it is; lists and objects as JSON.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}
