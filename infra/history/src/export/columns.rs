//! The columns of tables.

use domain::schema::{Column, ColumnKind, EventSchema, current};
use std::collections::HashMap;
use std::sync::LazyLock;

/// The columns that every table begins with.
pub const ENVELOPE: [&str; 8] = [
    "position",
    "recorded_at",
    "event_id",
    "aggregate_id",
    "sequence",
    "actor",
    "by_operator",
    "event_version",
];

/// The table of events that this build can't read.
pub(super) const UNKNOWN: &str = "unknown_events";

/// An event type's name in files and in SQL: `PostPublished` is `post_published`.
#[must_use]
pub fn table_name(event_type: &str) -> String {
    let mut name = String::with_capacity(event_type.len() + 4);
    for letter in event_type.chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

/// The schema of an event type's version of today.
pub(super) fn schema(event_type: &str) -> Option<&'static EventSchema> {
    static BY_TYPE: LazyLock<HashMap<&str, &EventSchema>> =
        LazyLock::new(|| current().map(|schema| (schema.event_type, schema)).collect());
    BY_TYPE.get(event_type).copied()
}

/// The columns of [`UNKNOWN`] beside those of every table.
pub(super) fn unknown() -> Vec<Column> {
    let text = |name: &str, description: &str| Column {
        name: name.to_owned(),
        path: vec![name.to_owned()],
        kind: ColumnKind::Text,
        is_nullable: false,
        class: None,
        description: description.to_owned(),
    };
    vec![
        text("aggregate_type", "To which kind of aggregate it happened."),
        text("event_type", "What happened."),
        text("payload", "As stored: JSON."),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn tables_and_columns_have_names_of_their_own() {
        assert_eq!(table_name("PostPublished"), "post_published");
        let names: BTreeSet<_> = current().map(|schema| table_name(schema.event_type)).collect();
        assert_eq!(names.len(), current().count());
        assert!(!names.contains(UNKNOWN));
        for schema in current() {
            let own = schema.columns.iter().map(|column| column.name.as_str());
            let all: Vec<_> = ENVELOPE.into_iter().chain(own).collect();
            let distinct: BTreeSet<_> = all.iter().collect();
            assert_eq!(distinct.len(), all.len(), "{}: {all:?}", schema.event_type);
        }
    }
}
