//! Upcasters bring events stored in an old shape into today's shape, one step of version at a time.
//!
//! A step only adds fields, with the value that was true of every event before: so the wire form of each
//! version, the columns that analysts see and the payloads read from old events all follow from one list. A
//! change of a field's meaning is a new event type instead.

use serde_json::Value;

/// A step: events of this type at this version become the next version.
#[derive(Clone, Copy, Debug)]
pub struct Upcaster {
    /// The event's type, which the log stores in `event_type`.
    pub event_type: &'static str,
    /// The older version, which the log stores in `event_version`.
    pub from: &'static str,
    /// The version that the step makes.
    pub to: &'static str,
    /// The fields that the step adds.
    pub adds: &'static [Added],
}

/// A field that an older version lacks.
#[derive(Clone, Copy, Debug)]
pub struct Added {
    /// The field's name.
    pub name: &'static str,
    /// The field's value, which was true of every event of the older version.
    pub value: fn() -> Value,
}

const PHOTOS: Added = Added { name: "photos", value: || Value::Array(vec![]) };
const FOLLOWERS_ONLY: Added = Added { name: "followers_only", value: || Value::Bool(false) };
const ANONYMOUS: Added = Added { name: "anonymous", value: || Value::Bool(false) };

/// Every step there is. A changed event shape adds one step here and a golden file of the new version.
pub const UPCASTERS: &[Upcaster] = &[
    Upcaster { event_type: "PostPublished", from: "1", to: "2", adds: &[PHOTOS] },
    Upcaster { event_type: "PostEdited", from: "1", to: "2", adds: &[PHOTOS] },
    Upcaster { event_type: "PostPublished", from: "2", to: "3", adds: &[FOLLOWERS_ONLY] },
    Upcaster { event_type: "PostEdited", from: "2", to: "3", adds: &[FOLLOWERS_ONLY] },
    Upcaster { event_type: "CommentWritten", from: "1", to: "2", adds: &[ANONYMOUS] },
];

/// Returns the fields that the steps of `upcasters` add to an event of this version, and the version that the
/// event then has.
pub fn added<'a>(
    upcasters: &'a [Upcaster],
    event_type: &str,
    version: &'a str,
) -> (&'a str, impl Iterator<Item = &'a Added> + use<'a>) {
    let mut current = version;
    let mut steps = vec![];
    for step in upcasters.iter().filter(|step| step.event_type == event_type) {
        if step.from == current {
            steps.push(step);
            current = step.to;
        }
    }
    (current, steps.into_iter().flat_map(|step| step.adds))
}

/// Applies the steps of `upcasters` that fit, in order, until none fits.
#[must_use]
pub fn upcast(upcasters: &[Upcaster], event_type: &str, version: &str, payload: Value) -> (String, Value) {
    let (current, fields) = added(upcasters, event_type, version);
    let mut payload = payload;
    if let Some(object) = payload.as_object_mut() {
        object.extend(fields.map(|field| (field.name.to_owned(), (field.value)())));
    }
    (current.to_owned(), payload)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_old_event_climbs_every_step_to_today() {
        const B: Added = Added { name: "b", value: || json!(2) };
        const C: Added = Added { name: "c", value: || json!(true) };
        let steps = [
            Upcaster { event_type: "Thing", from: "1", to: "2", adds: &[B] },
            Upcaster { event_type: "Thing", from: "2", to: "3", adds: &[C] },
        ];
        let (version, payload) = upcast(&steps, "Thing", "1", json!({"a": 1}));
        assert_eq!((version.as_str(), payload), ("3", json!({"a": 1, "b": 2, "c": true})));
        let (version, payload) = upcast(&steps, "Other", "1", json!({"a": 1}));
        assert_eq!((version.as_str(), payload), ("1", json!({"a": 1})));
    }
}
