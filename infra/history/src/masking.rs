//! The masking of personal fields of events, as SQL that follows from the classes beside the events' types:
//! fields classed as personal are masked, and public ones stay. Which photos a post showed, for one, can be
//! told as before, but not how they looked.
//!
//! Old versions need no statements of their own: they lack some of today's fields, and the SQL makes no field
//! that is not there.

use domain::schema::{Class, Column, ColumnKind, EventSchema, Mask, current};

#[cfg(test)]
mod tests;

/// The statement that masks all events of the aggregates of a type whose ids are in `$1`; none if the events
/// of that type have no personal field.
#[must_use]
pub fn mask(aggregate_type: &str) -> Option<String> {
    let masked = current().filter(|schema| schema.aggregate_type == aggregate_type);
    let masked = masked.filter_map(|EventSchema { event_type, columns, .. }| {
        let masked = object("payload", columns);
        (masked != "payload").then_some((event_type, masked))
    });
    let (types, cases): (Vec<_>, Vec<_>) = masked
        .map(|(event_type, masked)| (format!("'{event_type}'"), format!("when '{event_type}' then {masked}")))
        .unzip();
    (!types.is_empty()).then(|| {
        format!(
            "update events set payload = case event_type\n{}\nend
             where aggregate_type = '{aggregate_type}' and aggregate_id = any($1::text[]) and event_type in ({})",
            cases.join("\n"),
            types.join(", "),
        )
    })
}

/// The condition under which an event counts as masked: its type has personal fields, and this event has no
/// value in any of them.
#[must_use]
pub fn is_masked() -> String {
    let types = current().map(|schema| (schema.event_type, left(&schema.columns, "$")));
    let types = types.filter(|(_, left)| !left.is_empty()).map(|(event_type, left)| {
        let none = left.iter().map(|path| format!(" and not jsonb_path_exists(payload, '{path}')"));
        format!("(event_type = '{event_type}'{})", none.collect::<String>())
    });
    types.collect::<Vec<_>>().join("\nor ")
}

/// The masked object, as an expression.
fn object(object: &str, columns: &[Column]) -> String {
    let mut masked = object.to_owned();
    for column in columns {
        let mask = match column.class {
            Some(Class::Personal(mask)) => Some(format!("'{}'", mask.json())),
            Some(Class::Public) | None => items(column).and_then(|columns| each(object, column, columns)),
        };
        if let Some(mask) = mask {
            // The last argument, `false`, makes no field that is not there.
            masked = format!("jsonb_set({masked}, '{{{}}}', {mask}, false)", column.path.join(","));
        }
    }
    masked
}

/// The masked list of objects, as an expression; none if the objects have no personal field.
fn each(of: &str, column: &Column, columns: &[Column]) -> Option<String> {
    let masked = object("item", columns);
    // A value that is no list gives no items, as a missing one does.
    let list = format!("jsonb_path_query({of}, 'strict $.{}[*]', silent => true)", column.path.join("."));
    (masked != "item").then(|| {
        format!(
            "(select coalesce(jsonb_agg({masked} order by place), '[]') \
             from {list} with ordinality as items (item, place))"
        )
    })
}

/// The SQL/JSON paths in an object at which there is a personal value that is not masked.
fn left(columns: &[Column], path: &str) -> Vec<String> {
    let each = columns.iter().flat_map(|column| {
        let path = format!("{path}.{}", column.path.join("."));
        match column.class {
            Some(Class::Personal(Mask::NoItems)) => vec![format!("{path}[*]")],
            Some(Class::Personal(mask @ (Mask::Null | Mask::Empty))) => {
                vec![format!("{path} ? (@ != {})", mask.json())]
            }
            Some(Class::Public) | None => {
                items(column).map_or(vec![], |columns| left(columns, &format!("{path}[*]")))
            }
        }
    });
    each.collect()
}

/// The columns of the objects in a list of objects.
fn items(column: &Column) -> Option<&[Column]> {
    if let ColumnKind::List(of) = &column.kind
        && let ColumnKind::Object(columns) = &**of
    {
        Some(columns)
    } else {
        None
    }
}
