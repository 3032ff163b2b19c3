//! Golden files fix each event's wire form for ever: nobody edits one. A changed form is a new version with a
//! file of its own, and an upcaster from the old version.

use domain::Event;
use domain::upcast::UPCASTERS;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden")
}

/// The golden files: each, `<aggregate>.<event>.<version>.json`, has one event, or a list of the event's
/// forms.
pub fn files() -> Vec<(String, String, String, Vec<Value>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder()).expect("the folder").flatten().collect();
    files.sort_by_key(std::fs::DirEntry::file_name);
    let read = |file: std::fs::DirEntry| {
        let name = file.file_name().into_string().expect("ASCII");
        let mut parts = name.split('.').map(ToOwned::to_owned);
        let mut part = || parts.next().expect("aggregate.event.version.json");
        let text = std::fs::read_to_string(file.path()).expect("readable");
        let read: Value = serde_json::from_str(&text).expect("JSON");
        let forms = read.as_array().cloned().unwrap_or_else(|| vec![read]);
        (part(), part(), part(), forms)
    };
    files.into_iter().map(read).collect()
}

#[test]
fn every_event_type_has_a_golden_file_of_its_current_version() {
    let there: BTreeSet<_> = files().into_iter().map(|(a, e, v, _)| (a, e, v)).collect();
    for (aggregate, event, version) in Event::types() {
        let wanted = (aggregate.to_owned(), event.to_owned(), version.to_owned());
        assert!(there.contains(&wanted), "golden/{aggregate}.{event}.{version}.json is missing");
    }
}

#[test]
fn every_golden_event_is_read_and_the_current_ones_are_written_the_same() {
    for (aggregate, event_type, version, forms) in files() {
        for form in forms {
            let event = Event::decode(&aggregate, &event_type, &version, form.clone())
                .unwrap_or_else(|error| panic!("{event_type} {version}: {error}"));
            let is_old = UPCASTERS.iter().any(|step| step.event_type == event_type && step.from == version);
            if !is_old {
                assert_eq!(event.payload(), form, "{event_type} {version}");
            }
        }
    }
}

#[test]
fn every_golden_event_is_read_with_its_strings_masked() {
    for (aggregate, event_type, version, forms) in files() {
        for mut form in forms {
            mask(&mut form);
            let read = Event::decode(&aggregate, &event_type, &version, form);
            assert!(read.is_ok(), "{event_type} {version}: {read:?}");
        }
    }
}

/// Empties every string that a person wrote: all but names of types, ids and times.
fn mask(value: &mut Value) {
    match value {
        Value::String(text) => {
            let is_id = uuid::Uuid::parse_str(text).is_ok();
            let is_time = chrono::DateTime::parse_from_rfc3339(text).is_ok();
            if !is_id && !is_time {
                text.clear();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask),
        Value::Object(fields) => {
            fields
                .iter_mut()
                .filter(|(name, _)| !matches!(name.as_str(), "type" | "kind"))
                .for_each(|(_, v)| mask(v));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
