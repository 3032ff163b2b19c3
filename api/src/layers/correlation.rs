//! The correlation id: one id from the request through events and messages to the log lines of projectors.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

/// The header that carries the id in both directions.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

const MAX_LENGTH: usize = 64;

/// Derived ids live in a namespace of their own (a random UUID).
const NAMESPACE: Uuid = Uuid::from_u128(0x1f0e_6a52_88f1_4d0e_b7c6_55e2_9a01_7c3d);

/// A request's id as a UUID, as events have it, and as the text that the client sent.
#[derive(Clone, Debug)]
pub struct Correlation {
    /// The client's id if that is a UUID, else derived from it, so that a repeat has the same.
    pub id: Uuid,
    /// The client's id, or ours where the client has none that is fit to be logged.
    pub text: HeaderValue,
}

impl Correlation {
    /// Takes the client's id if it is 1 to 64 visible ASCII characters.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let given = headers.get(HEADER).and_then(|value| Some((value, readable(value)?)));
        given.map_or_else(Self::fresh, |(value, text)| {
            let id = text.parse().unwrap_or_else(|_| Uuid::new_v5(&NAMESPACE, text.as_bytes()));
            Self { id, text: value.clone() }
        })
    }

    fn fresh() -> Self {
        let id = Uuid::now_v7();
        let mut buffer = Uuid::encode_buffer();
        let text = HeaderValue::from_str(id.hyphenated().encode_lower(&mut buffer));
        Self { id, text: text.expect("a UUID is visible ASCII") }
    }
}

fn readable(value: &HeaderValue) -> Option<&str> {
    let bytes = value.as_bytes();
    let fits = (1..=MAX_LENGTH).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic);
    if fits { value.to_str().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Correlation {
        let mut headers = HeaderMap::new();
        headers.insert(HEADER, HeaderValue::from_str(text).expect("a header"));
        Correlation::of(&headers)
    }

    #[test]
    fn a_clients_own_id_is_kept_and_means_the_same_each_time() {
        let uuid = "0198a2f0-0000-7000-8000-000000000001";
        assert_eq!(of(uuid).id.to_string(), uuid);
        assert_eq!(of("build-17").text, "build-17");
        assert_eq!(of("build-17").id, of("build-17").id);
    }

    #[test]
    fn an_id_unfit_for_a_log_line_is_replaced() {
        for bad in ["", "a b", &"x".repeat(65)] {
            assert_ne!(of(bad).text, bad);
        }
    }
}
