//! Tests of the classes: no text of any event is without a class, and each class has its effect.

use super::super::{Column, EventSchema, choices, event_schemas, kind};
use super::*;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;

/// Returns the places in a schema where a text can stand that has no class.
fn unclassed(schema: &Value, path: &str) -> Vec<String> {
    if let Some(given) = schema.get(CLASS) {
        let has_effect = class(schema, &kind(schema)).is_some();
        return if has_effect { vec![] } else { vec![format!("{path}: {given} has no effect")] };
    }
    let mut found: Vec<_> = choices(schema).flat_map(|choice| unclassed(choice, path)).collect();
    let properties = schema["properties"].as_object().into_iter().flatten();
    found.extend(properties.flat_map(|(name, of)| unclassed(of, &format!("{path}.{name}"))));
    found.extend(schema.get("items").into_iter().flat_map(|items| unclassed(items, &format!("{path}[]"))));
    // A map's keys and values have no columns, so nothing would mask them.
    if schema.get("additionalProperties").is_some_and(|more| *more != false) {
        found.push(format!("{path}: a map has no class, a list of objects can have"));
    }
    let is_whole = choices(schema).next().is_none() && !schema["items"].is_object();
    if is_whole && is_text(&kind(schema)) && !is_constant(schema) {
        found.push(path.to_owned());
    }
    found
}

/// Counts the personal texts among the columns and within their objects.
fn personal(columns: &[Column]) -> usize {
    let each = columns.iter().map(|column| match (column.class, &column.kind) {
        (Some(Class::Personal(_)), _) => 1,
        (_, ColumnKind::List(of)) => within(of),
        (_, kind) => within(kind),
    });
    each.sum()
}

fn within(kind: &ColumnKind) -> usize {
    if let ColumnKind::Object(columns) = kind { personal(columns) } else { 0 }
}

#[test]
fn every_text_of_every_version_of_every_event_has_a_class() {
    let all = event_schemas().iter().flat_map(|EventSchema { event_type, version, schema, .. }| {
        unclassed(schema, &format!("{event_type} {version}"))
    });
    let all: Vec<_> = all.collect();
    assert!(
        all.is_empty(),
        "say of each whose it is, #[schemars(extend(\"{CLASS}\" = \"personal\"))] or \"public\": {all:#?}"
    );
}

#[test]
fn every_personal_text_is_one_of_a_column() {
    for EventSchema { event_type, version, schema, columns, .. } in event_schemas() {
        let said = schema.to_string().matches(&format!("\"{CLASS}\":\"personal\"")).count();
        assert_eq!(personal(columns), said, "{event_type} {version}: a class stands where no mask reaches");
    }
}

#[test]
fn columns_have_the_classes_of_their_texts_in_old_versions_too() {
    let of = |event_type: &str, version: &str, name: &str| {
        let found = event_schemas().iter().find(|s| s.event_type == event_type && s.version == version);
        let mut columns = found.expect("a version").columns.iter();
        columns.find(|column| column.name == name).expect("a column").clone()
    };
    for version in ["1", "2", "3"] {
        for (name, class) in [
            ("title", Some(Class::Personal(Mask::Null))),
            ("text", Some(Class::Personal(Mask::Empty))),
            ("tags", Some(Class::Personal(Mask::NoItems))),
            ("author_id", None),
        ] {
            assert_eq!(of("PostPublished", version, name).class, class, "{name} of version {version}");
        }
    }
    let photos = of("PostPublished", "2", "photos");
    let ColumnKind::List(photo) = photos.kind else { panic!("a list") };
    let ColumnKind::Object(photo) = *photo else { panic!("of objects") };
    let classes: Vec<_> = photo.iter().filter_map(|column| Some((&*column.name, column.class?))).collect();
    assert_eq!(
        classes,
        [
            ("alternative_text", Class::Personal(Mask::Null)),
            ("blurhash", Class::Personal(Mask::Empty)),
            ("colour", Class::Personal(Mask::Empty)),
        ]
    );
    assert_eq!(of("BoardOpened", "1", "hours_time_zone").class, Some(Class::Public), "within an object");
    assert_eq!(of("Liked", "1", "target_kind").class, Some(Class::Public), "of words that we chose");
}

#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is asked for")]
struct Odd {
    #[serde(default)]
    #[schemars(extend("x-class" = "personal"))]
    late: String,
    inner: Option<Inner>,
    #[schemars(extend("x-class" = "public"))]
    list: Vec<Inner>,
    map: std::collections::BTreeMap<String, u8>,
    pairs: Vec<(String, String)>,
    choice: Choice,
    #[schemars(extend("x-class" = "persnal"))]
    misspelt: Vec<String>,
    any: Value,
}

#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is asked for")]
struct Inner {
    #[schemars(extend("x-class" = "personal"))]
    words: String,
    bare: Option<String>,
}

#[derive(JsonSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "only its schema is asked for")]
enum Choice {
    Id(uuid::Uuid),
    Words(String),
}

#[test]
fn a_text_without_a_class_is_found_wherever_it_hides() {
    let inline = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let schema = inline.into_generator().into_root_schema_for::<Odd>().to_value();
    assert_eq!(
        unclassed(&schema, "Odd"),
        [
            "Odd.any",
            "Odd.choice",
            "Odd.inner.bare",
            "Odd.list: \"public\" has no effect",
            "Odd.map: a map has no class, a list of objects can have",
            "Odd.misspelt: \"persnal\" has no effect",
            "Odd.pairs[]",
        ]
    );
    let columns = super::super::columns(&schema, &[]);
    let class = |name: &str| columns.iter().find(|column| column.name == name).expect("a column").class;
    // Both fields can be missing, and neither is ever null.
    assert_eq!(class("late"), Some(Class::Personal(Mask::Empty)));
    assert_eq!(class("inner_words"), Some(Class::Personal(Mask::Empty)));
    assert_eq!(class("misspelt"), None);
}
