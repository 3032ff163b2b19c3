//! Claims: what a service tells of a person, or of a token, in the types that services really use. Booleans come
//! as text (Apple, Cognito), numbers as text, times as RFC 3339 (Auth0). A claim that nobody asks for is never
//! looked at, whatever it is.

use chrono::DateTime;
use serde_json::{Map, Value};

pub(super) struct Claims(Map<String, Value>);

impl Claims {
    /// Reads a JSON object.
    pub(super) fn parse(json: &[u8]) -> Option<Self> {
        serde_json::from_slice(json).ok().map(Self)
    }

    /// The claims that are nested in this one.
    pub(super) fn within(&self, name: &str) -> Option<Self> {
        self.0.get(name)?.as_object().cloned().map(Self)
    }

    /// The claim as text. An id that is a number is its digits.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// The texts of a claim that is one text or a list of texts.
    pub(super) fn texts(&self, name: &str) -> Vec<&str> {
        match self.0.get(name) {
            Some(Value::String(text)) => vec![text.as_str()],
            Some(Value::Array(texts)) => texts.iter().filter_map(Value::as_str).collect(),
            Some(_) | None => vec![],
        }
    }

    /// The claim as a boolean: `true`, `"true"`, `"True"` or 1. Whatever is neither true nor false is unknown.
    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        let text = match self.0.get(name)? {
            Value::Bool(flag) => return Some(*flag),
            Value::String(text) => text.trim().to_ascii_lowercase(),
            Value::Number(number) => number.to_string(),
            Value::Null | Value::Array(_) | Value::Object(_) => return None,
        };
        match text.as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        }
    }

    /// The claim as a time, in seconds since 1970: a number, a number as text, or what RFC 3339 has.
    #[allow(clippy::cast_possible_truncation)]
    pub(super) fn time(&self, name: &str) -> Option<i64> {
        let whole = |seconds: f64| seconds.is_finite().then_some(seconds as i64);
        match self.0.get(name)? {
            Value::Number(number) => number.as_f64().and_then(whole),
            Value::String(text) => match text.trim().parse::<f64>() {
                Ok(seconds) => whole(seconds),
                Err(_) => DateTime::parse_from_rfc3339(text.trim()).ok().map(|time| time.timestamp()),
            },
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn claim(value: Value) -> Claims {
        Claims::parse(json!({ "it": value }).to_string().as_bytes()).expect("an object")
    }

    #[test]
    fn booleans_are_taken_as_services_write_them() {
        for (value, flag) in [
            (json!(true), Some(true)),
            (json!("true"), Some(true)),
            (json!("True"), Some(true)),
            (json!(1), Some(true)),
            (json!("false"), Some(false)),
            (json!(0), Some(false)),
            (json!(null), None),
            (json!("yes, perhaps"), None),
            (json!({ "verified": true }), None),
        ] {
            assert_eq!(claim(value.clone()).flag("it"), flag, "{value}");
        }
        assert_eq!(claim(json!(true)).flag("another"), None);
    }

    #[test]
    fn times_are_numbers_or_texts() {
        for value in [
            json!(1_796_000_000),
            json!(1_796_000_000.5),
            json!("1796000000"),
            json!("2026-11-30T00:53:20Z"),
            json!("2026-11-30T09:53:20+09:00"),
        ] {
            assert_eq!(claim(value.clone()).time("it"), Some(1_796_000_000), "{value}");
        }
        for value in [json!(""), json!("soon"), json!("inf"), json!("NaN"), json!(null), json!([1])] {
            assert_eq!(claim(value.clone()).time("it"), None, "{value}");
        }
    }

    #[test]
    fn texts_are_one_or_many_and_an_id_may_be_a_number() {
        assert_eq!(claim(json!("a")).texts("it"), ["a"]);
        assert_eq!(claim(json!(["a", 1, "b"])).texts("it"), ["a", "b"]);
        assert_eq!(claim(json!(4_711)).text("it").as_deref(), Some("4711"));
        assert_eq!(claim(json!({})).text("it"), None);
    }
}
