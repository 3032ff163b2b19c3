//! The schemas of all events: what every event looks like on the wire, version by version, and as columns for
//! whoever reads events as tables. All of the schemas follow from the events' types, so that they can't fall
//! behind the types.

use crate::event::Event;
use crate::upcast::UPCASTERS;
use serde_json::{Map, Value};
use std::sync::LazyLock;

mod class;
#[cfg(test)]
mod tests;

pub use class::{CLASS, Class, Mask};

/// A schema of one version of one event.
#[derive(Clone, Debug)]
pub struct EventSchema {
    /// The aggregate's type, which the log stores as `aggregate_type`.
    pub aggregate_type: &'static str,
    /// The event's type, which the log stores as `event_type`.
    pub event_type: &'static str,
    /// The event's version, which the log stores as `event_version`.
    pub version: &'static str,
    /// True of the version that old versions are read as, and new events are written in.
    pub is_current: bool,
    /// The JSON Schema (draft 2020-12) of the payload; [`CLASS`] in it says of each text whose the text is.
    pub schema: Value,
    /// The values that the payload has beside its type, objects taken apart.
    pub columns: Vec<Column>,
}

/// A column: a value that each event of a type has, or may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The column's name: the property names on the way to the value, joined by `_`, in snake_case.
    pub name: String,
    /// The property names on the way to the value in the payload.
    pub path: Vec<String>,
    /// The value's kind.
    pub kind: ColumnKind,
    /// True if the value can be missing, or null.
    pub is_nullable: bool,
    /// The class of a text, or of a list of texts: whose the text is. Every text of an event has a class; a
    /// value that is no text has none.
    pub class: Option<Class>,
    /// The value's meaning.
    pub description: String,
}

/// The kind of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Text.
    Text,
    /// An id.
    Uuid,
    /// A time, in UTC, to the microsecond.
    Time,
    /// A whole number of 64 bits.
    Integer,
    /// A boolean: yes or no.
    Boolean,
    /// A list of several values of one kind, in order.
    List(Box<ColumnKind>),
    /// An object; only within a list.
    Object(Vec<Column>),
}

/// Returns every version of every event, in the order of [`Event::types`], older versions first.
pub fn event_schemas() -> &'static [EventSchema] {
    static ALL: LazyLock<Vec<EventSchema>> = LazyLock::new(make);
    &ALL
}

/// Returns today's version of every event.
pub fn current() -> impl Iterator<Item = &'static EventSchema> {
    event_schemas().iter().filter(|schema| schema.is_current)
}

fn make() -> Vec<EventSchema> {
    let forms = Event::wire_forms();
    let mut all = vec![];
    for (aggregate_type, event_type, version) in Event::types() {
        let of_aggregate = forms.iter().find(|(of, _)| *of == aggregate_type);
        let whole = of_aggregate.and_then(|(_, schema)| variant(schema.as_value(), event_type));
        let whole = whole.unwrap_or_else(|| panic!("{event_type} is an event of {aggregate_type}"));
        let mut older = whole.clone();
        let mut versions = vec![(version, whole)];
        // Steps are listed oldest first: each step, taken backwards, removes the fields that it adds.
        for step in UPCASTERS.iter().rev().filter(|step| step.event_type == event_type) {
            step.adds.iter().for_each(|added| take_away(&mut older, added.name));
            versions.push((step.from, older.clone()));
        }
        all.extend(versions.into_iter().rev().map(|(of, schema)| EventSchema {
            aggregate_type,
            event_type,
            version: of,
            is_current: of == version,
            columns: columns(&schema, &[]).into_iter().filter(|column| column.name != "type").collect(),
            schema,
        }));
    }
    all
}

/// Returns the part of an aggregate's schema that describes one event.
fn variant(schema: &Value, event_type: &str) -> Option<Value> {
    let variants = schema["oneOf"].as_array()?;
    variants.iter().find(|variant| variant["properties"]["type"]["const"] == event_type).cloned()
}

fn take_away(schema: &mut Value, field: &str) {
    if let Some(properties) = schema["properties"].as_object_mut() {
        properties.remove(field);
    }
    if let Some(required) = schema["required"].as_array_mut() {
        required.retain(|name| name != field);
    }
}

/// Returns the columns of an object, objects within it taken apart.
fn columns(schema: &Value, path: &[String]) -> Vec<Column> {
    let mut all = vec![];
    for (name, property) in properties(schema) {
        let path: Vec<_> = path.iter().cloned().chain([name.clone()]).collect();
        let is_nullable = !is_required(schema, &name) || is_nullable(&property);
        let description = property["description"].as_str().unwrap_or_default().to_owned();
        let kind = kind(&property);
        if matches!(kind, ColumnKind::Object(_)) {
            let inner = columns(&property, &path).into_iter();
            all.extend(inner.map(|inner| Column { is_nullable: inner.is_nullable || is_nullable, ..inner }));
        } else {
            let class = class::class(&property, &kind);
            all.push(Column { name: joined(&path), path, kind, is_nullable, class, description });
        }
    }
    all
}

/// Joins the names on the way to a value, without what they repeat: a `board`'s `board_id` is the `board_id`.
fn joined(path: &[String]) -> String {
    path.iter().fold(String::new(), |before, name| {
        match before.is_empty() || name.starts_with(&format!("{before}_")) {
            true => name.clone(),
            false => format!("{before}_{name}"),
        }
    })
}

/// Returns an object's properties, or the properties of all the objects that it may be.
fn properties(schema: &Value) -> Map<String, Value> {
    let mut all = schema["properties"].as_object().cloned().unwrap_or_default();
    for choice in choices(schema) {
        all.extend(properties(choice));
    }
    all
}

/// Returns true if an object has the property, whichever of its choices the object is.
fn is_required(schema: &Value, name: &str) -> bool {
    let mut choices = choices(schema).peekable();
    let by_itself =
        schema["required"].as_array().is_some_and(|names| names.iter().any(|given| given == name));
    by_itself || (choices.peek().is_some() && choices.all(|choice| is_required(choice, name)))
}

/// Returns the choices: what a value may be, where there is a choice.
fn choices(schema: &Value) -> impl Iterator<Item = &Value> {
    let lists = ["oneOf", "anyOf"].into_iter().filter_map(|name| schema[name].as_array());
    lists.flatten().filter(|choice| choice["type"] != "null")
}

fn is_nullable(schema: &Value) -> bool {
    let is_null = |kind: &Value| kind == "null";
    is_null(&schema["type"])
        || schema["type"].as_array().is_some_and(|kinds| kinds.iter().any(is_null))
        || schema["anyOf"].as_array().is_some_and(|choices| choices.iter().any(is_nullable))
}

fn kind(schema: &Value) -> ColumnKind {
    if let Some(choice) = choices(schema).next() {
        return kind(choice);
    }
    let named = match schema["type"].as_array() {
        Some(kinds) => kinds.iter().find(|kind| **kind != "null").and_then(Value::as_str),
        None => schema["type"].as_str(),
    };
    match (named, schema["format"].as_str()) {
        (Some("string"), Some("uuid")) => ColumnKind::Uuid,
        (Some("string"), Some("date-time")) => ColumnKind::Time,
        (Some("integer"), _) => ColumnKind::Integer,
        (Some("boolean"), _) => ColumnKind::Boolean,
        (Some("array"), _) => ColumnKind::List(Box::new(kind(&schema["items"]))),
        (Some("object"), _) => ColumnKind::Object(columns(schema, &[])),
        // A `const` of one choice among several has no type of its own, and is a text.
        _ => ColumnKind::Text,
    }
}
