//! Brings events stored in an old shape into today's, one step of version at a time.

use serde_json::{Value, json};

/// One step: this event type at this version becomes the next version.
pub struct Upcaster {
    /// As stored in `event_type`.
    pub event_type: &'static str,
    /// As stored in `event_version`.
    pub from: &'static str,
    /// The version that `change` makes.
    pub to: &'static str,
    /// Must accept masked payloads too: any string in them may be empty.
    pub change: fn(Value) -> Value,
}

/// Every step there is. A changed event shape adds one here and a golden file of the new version.
pub const UPCASTERS: &[Upcaster] = &[
    Upcaster { event_type: "PostPublished", from: "1", to: "2", change: without_photos },
    Upcaster { event_type: "PostEdited", from: "1", to: "2", change: without_photos },
    Upcaster { event_type: "PostPublished", from: "2", to: "3", change: for_everyone },
    Upcaster { event_type: "PostEdited", from: "2", to: "3", change: for_everyone },
    Upcaster { event_type: "CommentWritten", from: "1", to: "2", change: under_their_own_name },
];

/// Of a time when posts had none.
fn without_photos(mut payload: Value) -> Value {
    add(&mut payload, "photos", json!([]));
    payload
}

/// Of a time when every post was.
fn for_everyone(mut payload: Value) -> Value {
    add(&mut payload, "followers_only", json!(false));
    payload
}

/// Of a time when there were no aliases.
fn under_their_own_name(mut payload: Value) -> Value {
    add(&mut payload, "anonymous", json!(false));
    payload
}

fn add(payload: &mut Value, name: &str, value: Value) {
    if let Some(fields) = payload.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}

/// Applies the steps of `upcasters` that fit, in order, until none does.
#[must_use]
pub fn upcast(upcasters: &[Upcaster], event_type: &str, version: &str, payload: Value) -> (String, Value) {
    let mut version = version.to_owned();
    let mut payload = payload;
    for step in upcasters {
        if step.event_type == event_type && step.from == version {
            payload = (step.change)(payload);
            version = step.to.to_owned();
        }
    }
    (version, payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_event_climbs_every_step_to_today() {
        let steps = [
            Upcaster {
                event_type: "Thing",
                from: "1",
                to: "2",
                change: |mut payload| {
                    payload["b"] = json!(payload["a"].as_i64().unwrap_or(0) + 1);
                    payload
                },
            },
            Upcaster {
                event_type: "Thing",
                from: "2",
                to: "3",
                change: |mut payload| {
                    payload["c"] = json!(true);
                    payload
                },
            },
        ];
        let (version, payload) = upcast(&steps, "Thing", "1", json!({"a": 1}));
        assert_eq!((version.as_str(), payload), ("3", json!({"a": 1, "b": 2, "c": true})));
        let (version, payload) = upcast(&steps, "Other", "1", json!({"a": 1}));
        assert_eq!((version.as_str(), payload), ("1", json!({"a": 1})));
    }
}
