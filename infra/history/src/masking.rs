//! How what is personal in events is masked, as SQL that follows from the classes beside the events' types: what is
//! classed as personal is masked, and what is public stays. Which photos a post showed, for one, can be told as before,
//! but not how they looked.
//!
//! Old versions need no statements of their own: they lack fields of today's, and a field that is not there is not made.

use domain::schema::{Class, Column, ColumnKind, EventSchema, Mask, current};

#[cfg(test)]
mod tests;

/// The statement that masks all events of the aggregates of a type whose ids are in `$1`; none if nothing in the
/// events of that type is personal.
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

/// The condition under which an event is masked: its type has something personal, and this one has nothing of it.
#[must_use]
pub fn is_masked() -> String {
    let types = current().map(|schema| (schema.event_type, left(&schema.columns, "$")));
    let types = types.filter(|(_, left)| !left.is_empty()).map(|(event_type, left)| {
        let none = left.iter().map(|path| format!(" and not jsonb_path_exists(payload, '{path}')"));
        format!("(event_type = '{event_type}'{})", none.collect::<String>())
    });
    types.collect::<Vec<_>>().join("\nor ")
}

/// What an object becomes, as an expression.
fn object(object: &str, columns: &[Column]) -> String {
    let mut masked = object.to_owned();
    for column in columns {
        let mask = match column.class {
            Some(Class::Personal(mask)) => Some(format!("'{}'", mask.json())),
            Some(Class::Public) | None => items(column).and_then(|columns| each(object, column, columns)),
        };
        if let Some(mask) = mask {
            // The last word: what is not there stays so.
            masked = format!("jsonb_set({masked}, '{{{}}}', {mask}, false)", column.path.join(","));
        }
    }
    masked
}

/// What a list of objects becomes, if anything in them is personal.
fn each(of: &str, column: &Column, columns: &[Column]) -> Option<String> {
    let masked = object("item", columns);
    // Of what is no list there are no items, as there are none where nothing is.
    let list = format!("jsonb_path_query({of}, 'strict $.{}[*]', silent => true)", column.path.join("."));
    (masked != "item").then(|| {
        format!(
            "(select coalesce(jsonb_agg({masked} order by place), '[]') \
             from {list} with ordinality as items (item, place))"
        )
    })
}

/// Where in an object something personal stands that is not masked, as SQL/JSON paths.
fn left(columns: &[Column], place: &str) -> Vec<String> {
    let each = columns.iter().flat_map(|column| {
        let place = format!("{place}.{}", column.path.join("."));
        match column.class {
            Some(Class::Personal(Mask::NoItems)) => vec![format!("{place}[*]")],
            Some(Class::Personal(mask @ (Mask::Null | Mask::Empty))) => {
                vec![format!("{place} ? (@ != {})", mask.json())]
            }
            Some(Class::Public) | None => {
                items(column).map_or(vec![], |columns| left(columns, &format!("{place}[*]")))
            }
        }
    });
    each.collect()
}

/// What the objects of a list of objects have.
fn items(column: &Column) -> Option<&[Column]> {
    if let ColumnKind::List(of) = &column.kind
        && let ColumnKind::Object(columns) = &**of
    {
        Some(columns)
    } else {
        None
    }
}
