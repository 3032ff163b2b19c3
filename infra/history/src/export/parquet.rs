//! A table in the format Parquet: columns of their own types, compressed.

use super::ExportError;
use super::tables::{Envelope, Finished, Table, Unfit};
use crate::rows::Row;
use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow_json::ReaderBuilder;
use arrow_json::reader::Decoder;
use arrow_schema::{ArrowError, DataType, Field, Fields, Schema, SchemaRef, TimeUnit};
use domain::schema::{Column, ColumnKind};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// Number of rows, and of bytes of payloads, that are made into columns at once.
const BATCH_ROWS: usize = 8_192;
const BATCH_BYTES: usize = 4 << 20;
/// Number of rows, and of bytes of columns, at which a group of columns is written to the file.
const GROUP_ROWS: usize = 128 * 1_024;
const GROUP_BYTES: usize = 16 << 20;

pub(super) struct ParquetTable {
    aggregate_type: Option<String>,
    event_type: String,
    /// The path of each column in a payload.
    paths: Vec<Vec<String>>,
    /// The schema of payloads, with objects within objects.
    nested: SchemaRef,
    /// The schema of the table.
    flat: SchemaRef,
    /// The rows that wait to be made into columns: envelopes, payloads one after the other, and where each
    /// ends.
    envelopes: Vec<Envelope>,
    payloads: Vec<u8>,
    ends: Vec<usize>,
    writer: ArrowWriter<File>,
    rows: u64,
    unfit: Vec<Unfit>,
}

impl ParquetTable {
    pub(super) fn create(path: &Path, event_type: &str, columns: &[Column]) -> Result<Self, ExportError> {
        let fields = envelope_fields().into_iter().chain(columns.iter().map(field));
        let flat = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let about = |key: &str, value: &str| KeyValue::new(key.to_owned(), value.to_owned());
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .set_created_by("Madang".to_owned())
            .set_key_value_metadata(Some(vec![
                about("madang.event_type", event_type),
                about("madang.notice", super::NOTICE),
            ]))
            .build();
        let file = File::create(path)?;
        let writer = ArrowWriter::try_new(file, flat.clone(), Some(properties))
            .map_err(|error| failure(event_type, error))?;
        Ok(Self {
            aggregate_type: super::columns::schema(event_type).map(|schema| schema.aggregate_type.to_owned()),
            event_type: event_type.to_owned(),
            paths: columns.iter().map(|column| column.path.clone()).collect(),
            nested: Arc::new(Schema::new(nested(columns, 0))),
            flat,
            envelopes: vec![],
            payloads: vec![],
            ends: vec![],
            writer,
            rows: 0,
            unfit: vec![],
        })
    }

    /// Makes the waiting rows into columns.
    fn make(&mut self) -> Result<(), ExportError> {
        if self.envelopes.is_empty() {
            return Ok(());
        }
        let payloads = match self.decoded(&self.payloads) {
            Ok(payloads) => payloads,
            Err(_) => {
                self.part_with_unfit();
                self.decoded(&self.payloads).map_err(|error| failure(&self.event_type, error))?
            }
        };
        let mut columns = envelope_columns(&self.envelopes);
        if let Some(payloads) = payloads {
            columns.extend(self.paths.iter().map(|path| leaf(&payloads, path)));
        }
        if !self.envelopes.is_empty() {
            let batch = RecordBatch::try_new(self.flat.clone(), columns)
                .map_err(|error| failure(&self.event_type, error))?;
            self.writer.write(&batch).map_err(|error| failure(&self.event_type, error))?;
        }
        self.rows += self.envelopes.len() as u64;
        self.envelopes.clear();
        self.payloads.clear();
        self.ends.clear();
        if self.writer.in_progress_size() > GROUP_BYTES {
            self.relieve()?;
        }
        Ok(())
    }

    /// The payloads' own columns; none where an event has none.
    fn decoded(&self, payloads: &[u8]) -> Result<Option<RecordBatch>, ArrowError> {
        if self.paths.is_empty() {
            return Ok(None);
        }
        let mut decoder = self.decoder()?;
        let mut rest = payloads;
        while !rest.is_empty() {
            let taken = decoder.decode(rest)?;
            rest = &rest[taken..];
            if taken == 0 {
                break;
            }
        }
        decoder.flush()
    }

    fn decoder(&self) -> Result<Decoder, ArrowError> {
        ReaderBuilder::new(self.nested.clone()).with_batch_size(BATCH_ROWS).build_decoder()
    }

    /// Takes out the waiting events that are not of their type's shape.
    fn part_with_unfit(&mut self) {
        let (payloads, ends) = (std::mem::take(&mut self.payloads), std::mem::take(&mut self.ends));
        let starts = std::iter::once(0).chain(ends.iter().copied());
        for (envelope, (start, end)) in
            std::mem::take(&mut self.envelopes).into_iter().zip(starts.zip(ends.iter().copied()))
        {
            let payload = &payloads[start..end];
            if self.decoded(payload).is_ok() {
                self.payloads.extend_from_slice(payload);
                self.ends.push(self.payloads.len());
                self.envelopes.push(envelope);
            } else {
                self.unfit.push(Unfit {
                    envelope,
                    aggregate_type: self.aggregate_type.clone().unwrap_or_default(),
                    event_type: self.event_type.clone(),
                    payload: String::from_utf8_lossy(payload).trim_end().to_owned(),
                });
            }
        }
    }
}

impl Table for ParquetTable {
    fn push(&mut self, row: &Row<'_>, version: &str, payload: &str) -> Result<(), ExportError> {
        self.envelopes.push(Envelope {
            position: row.position,
            recorded_at: row.recorded_at,
            event_id: row.event_id.map(ToOwned::to_owned),
            aggregate_id: row.aggregate_id.to_owned(),
            sequence: row.sequence,
            actor: row.actor.map(ToOwned::to_owned),
            by_operator: row.by_operator,
            event_version: version.to_owned(),
        });
        self.payloads.extend_from_slice(payload.as_bytes());
        self.payloads.push(b'\n');
        self.ends.push(self.payloads.len());
        if self.envelopes.len() >= BATCH_ROWS || self.payloads.len() >= BATCH_BYTES {
            self.make()?;
        }
        Ok(())
    }

    fn held(&self) -> usize {
        self.writer.memory_size() + self.payloads.len() + self.envelopes.len() * 256
    }

    fn relieve(&mut self) -> Result<(), ExportError> {
        self.writer.flush().map_err(|error| failure(&self.event_type, error))
    }

    fn finish(mut self: Box<Self>) -> Result<Finished, ExportError> {
        self.make()?;
        let file = self.writer.into_inner().map_err(|error| failure(&self.event_type, error))?;
        file.sync_all()?;
        Ok(Finished { rows: self.rows, unfit: self.unfit })
    }
}

fn failure(table: &str, error: impl std::error::Error + Send + Sync + 'static) -> ExportError {
    ExportError::Table { table: table.to_owned(), source: Box::new(error) }
}

fn time() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// The envelope's fields, in the order of [`super::ENVELOPE`].
fn envelope_fields() -> Vec<Field> {
    let field = |name: &str, kind: DataType, is_nullable: bool| Field::new(name, kind, is_nullable);
    vec![
        field("position", DataType::Int64, false),
        field("recorded_at", time(), false),
        field("event_id", DataType::Utf8, true),
        field("aggregate_id", DataType::Utf8, false),
        field("sequence", DataType::Int64, false),
        field("actor", DataType::Utf8, true),
        field("by_operator", DataType::Boolean, false),
        field("event_version", DataType::Utf8, false),
    ]
}

fn envelope_columns(all: &[Envelope]) -> Vec<ArrayRef> {
    let numbers = |of: fn(&Envelope) -> i64| Int64Array::from_iter_values(all.iter().map(of));
    let texts = |of: fn(&Envelope) -> Option<&str>| StringArray::from_iter(all.iter().map(of));
    let times = TimestampMicrosecondArray::from_iter_values(all.iter().map(|event| event.recorded_at));
    vec![
        Arc::new(numbers(|event| event.position)),
        Arc::new(times.with_timezone("UTC")),
        Arc::new(texts(|event| event.event_id.as_deref())),
        Arc::new(texts(|event| Some(&event.aggregate_id))),
        Arc::new(numbers(|event| event.sequence)),
        Arc::new(texts(|event| event.actor.as_deref())),
        Arc::new(all.iter().map(|event| Some(event.by_operator)).collect::<BooleanArray>()),
        Arc::new(texts(|event| Some(&event.event_version))),
    ]
}

/// A column's field. Masked events and old ones may lack any value, so each field can be null.
fn field(column: &Column) -> Field {
    Field::new(&column.name, data_type(&column.kind), true)
}

fn data_type(kind: &ColumnKind) -> DataType {
    match kind {
        ColumnKind::Text | ColumnKind::Uuid => DataType::Utf8,
        ColumnKind::Time => time(),
        ColumnKind::Integer => DataType::Int64,
        ColumnKind::Boolean => DataType::Boolean,
        ColumnKind::List(of) => DataType::List(Arc::new(Field::new("item", data_type(of), true))),
        ColumnKind::Object(columns) => DataType::Struct(columns.iter().map(field).collect()),
    }
}

/// The fields of payloads, from the names at this depth on.
fn nested(columns: &[Column], depth: usize) -> Fields {
    let mut fields: Vec<Field> = vec![];
    let mut rest = columns;
    while let Some(column) = rest.first() {
        let name = &column.path[depth];
        let same = rest.iter().take_while(|column| column.path.get(depth) == Some(name)).count();
        let kind = match column.path.len() == depth + 1 {
            true => data_type(&column.kind),
            false => DataType::Struct(nested(&rest[..same], depth + 1)),
        };
        fields.push(Field::new(name, kind, true));
        rest = &rest[same..];
    }
    fields.into()
}

/// A column's values, out of the objects that hold it.
fn leaf(payloads: &RecordBatch, path: &[String]) -> ArrayRef {
    let (first, rest) = path.split_first().expect("a name");
    let outer = payloads.column_by_name(first).expect("a column of the schema").clone();
    rest.iter().fold(outer, |outer, name| {
        outer.as_struct().column_by_name(name).expect("a column of the schema").clone()
    })
}
