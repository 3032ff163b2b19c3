//! JSON bodies: every way in which one can be wrong has words of its own.

use super::memory;
use super::problem::{FieldError, Problem};
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use domain::value::Invalid;
use futures::StreamExt;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, IgnoredAny};
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};
use std::time::Duration;

/// The greatest size of a JSON body.
pub const LIMIT_BYTES: usize = 64 * 1024;

/// The time limit of a body: a client that sends more slowly holds a connection for nothing.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// The bytes that a body may hold before it needs a share of the process's memory.
const FREE_BYTES: usize = 4 * 1024;

/// The limit of wrong fields that are listed: a person would not correct more at once.
const MAX_ERRORS: usize = 50;

/// Reads a whole JSON body.
///
/// # Errors
/// 415 for another content type, 413 if too large, 408 if too slow, 400 if broken off, 503 if too many are
/// on their way.
pub async fn bytes(request: Request) -> Result<Bytes, Problem> {
    if !is_json(request.headers()) {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not_json",
            "This takes JSON. Send it with `Content-Type: application/json`.",
        ));
    }
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    if length.and_then(|length| length.parse().ok()).is_some_and(|length: u64| length > LIMIT_BYTES as u64) {
        return Err(too_large());
    }
    let collected = tokio::time::timeout(TIME_LIMIT, collect(request.into_body())).await;
    collected.unwrap_or_else(|_elapsed| {
        Err(Problem::new(
            StatusCode::REQUEST_TIMEOUT,
            "body_too_slow",
            "The body did not arrive within 10 seconds. Send it again.",
        ))
    })
}

/// Collects the frames of a body. They are copied, because each frame may keep the buffer alive that it was
/// read into.
async fn collect(body: Body) -> Result<Bytes, Problem> {
    let mut frames = body.into_data_stream();
    let (mut collected, mut share) = (Vec::<u8>::new(), None);
    while let Some(frame) = frames.next().await {
        let Ok(frame) = frame else {
            return Err(Problem::bad_request(
                "body_broken_off",
                "The body ended before its end. Send it again.",
            ));
        };
        let length = collected.len() + frame.len();
        if length > LIMIT_BYTES {
            return Err(too_large());
        }
        if collected.is_empty() && frames.is_end_stream() {
            return Ok(frame);
        }
        let (held, needed) = (collected.capacity(), length.next_power_of_two().max(FREE_BYTES));
        if needed > held {
            if needed > FREE_BYTES {
                share = Some(memory::BODIES.take(needed - held, share)?);
            }
            collected.reserve_exact(needed - collected.len());
        }
        collected.extend_from_slice(&frame);
    }
    Ok(collected.into())
}

/// The content type without its parameters, in small letters; empty if there is none.
#[must_use]
pub fn essence(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    essence_of(value)
}

/// The essence of a content type: without its parameters, in small letters.
#[must_use]
pub fn essence_of(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn is_json(headers: &HeaderMap) -> bool {
    let essence = essence(headers);
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn too_large() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "body_too_large",
        format!("The body must have at most {LIMIT_BYTES} bytes. Send less."),
    )
}

/// Parses a JSON body.
///
/// # Errors
/// 400 if the body is no JSON, with line and column; 422 if it is of another shape, with a JSON pointer.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    match serde_json::from_slice(bytes) {
        // Serde takes a list for an object whose names were left out.
        _ if bytes.trim_ascii_start().starts_with(b"[") => Err(list(bytes)),
        Ok(value) => Ok(value),
        Err(error) => Err(match error.classify() {
            Category::Data => mismatch::<T>(bytes).unwrap_or_else(|| malformed(&error)),
            Category::Syntax | Category::Eof | Category::Io => malformed(&error),
        }),
    }
}

fn list(bytes: &[u8]) -> Problem {
    match serde_json::from_slice::<IgnoredAny>(bytes) {
        Ok(_) => {
            Problem::invalid(vec![FieldError::at("", "wrong_type", "must be an object with named fields")])
        }
        Err(error) => malformed(&error),
    }
}

fn malformed(error: &serde_json::Error) -> Problem {
    Problem::bad_request("malformed_json", format!("The body is no JSON: {error}. Correct it there."))
}

/// Parses the body again, slower, to know where it does not fit the type.
fn mismatch<T: DeserializeOwned>(bytes: &[u8]) -> Option<Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let error = serde_path_to_error::deserialize::<_, T>(&mut reader).err()?;
    let pointer = pointer(error.path());
    let words = error.inner().to_string();
    let words = words.rsplit_once(" at line ").map_or(words.as_str(), |(words, _)| words);
    let field = if let Some(name) = quoted_after(words, "missing field ") {
        FieldError::at(format!("{pointer}/{name}"), "missing_field", "is missing; send it")
    } else if words.starts_with("unknown field ") {
        FieldError::at(pointer, "unknown_field", format!("is not known here; leave it out ({words})"))
    } else if let Some(name) = quoted_after(words, "duplicate field ") {
        let pointer =
            if pointer.ends_with(&format!("/{name}")) { pointer } else { format!("{pointer}/{name}") };
        FieldError::at(pointer, "duplicate_field", "stands there twice; send it once")
    } else {
        FieldError::at(pointer, "wrong_type", words.to_owned())
    };
    Some(Problem::invalid(vec![field]))
}

fn quoted_after<'a>(words: &'a str, prefix: &str) -> Option<&'a str> {
    words.strip_prefix(prefix)?.strip_prefix('`')?.split('`').next()
}

fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => {
                pointer.push_str(&format!("/{}", key.replace('~', "~0").replace('/', "~1")))
            }
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

/// Reads a field that may be left out but not be null.
///
/// # Errors
/// The format's errors.
pub fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// Reads a field that may be left out (it stays) or be null (it is taken away).
///
/// # Errors
/// The format's errors.
#[allow(clippy::option_option)]
pub fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}

/// The errors of all fields, collected so that a form needs one round to be corrected.
#[derive(Debug, Default)]
pub struct Fields(Vec<FieldError>);

impl Fields {
    /// Takes a parsed field, or notes why it could not be parsed.
    pub fn take<T>(&mut self, pointer: &str, parsed: Result<T, Invalid>) -> Option<T> {
        parsed.map_err(|invalid| self.refuse(pointer, &invalid)).ok()
    }

    /// Takes a list entry by entry.
    pub fn take_each<T>(
        &mut self,
        pointer: &str,
        inputs: &[String],
        parse: impl Fn(&str) -> Result<T, Invalid>,
    ) -> Option<Vec<T>> {
        let entries = inputs.iter().enumerate();
        let parsed: Vec<T> =
            entries.filter_map(|(at, input)| self.take(&format!("{pointer}/{at}"), parse(input))).collect();
        (parsed.len() == inputs.len()).then_some(parsed)
    }

    /// Notes a broken rule.
    pub fn refuse(&mut self, pointer: &str, invalid: &Invalid) {
        self.add(FieldError::at(pointer, invalid.code(), invalid.to_string()));
    }

    /// Notes any error.
    pub fn add(&mut self, error: FieldError) {
        if self.0.len() < MAX_ERRORS {
            self.0.push(error);
        }
    }

    /// True if nothing is wrong so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The problem of all noted errors.
    #[must_use]
    pub fn problem(self) -> Problem {
        Problem::invalid(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only its shape matters")]
    struct Form {
        name: String,
        #[serde(default)]
        tags: Vec<String>,
        #[serde(default, deserialize_with = "given")]
        bio: Option<String>,
    }

    async fn refusal(body: &[u8]) -> (u16, String, String) {
        use axum::response::IntoResponse;
        let problem = parse::<Form>(body).map(|form| format!("{form:?}")).expect_err("must be refused");
        let (status, code) = (problem.status().as_u16(), problem.code().to_owned());
        let bytes = axum::body::to_bytes(problem.into_response().into_body(), 65_536).await.expect("a body");
        let json: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
        let error = &json["errors"][0];
        let code = error["code"].as_str().map_or(code, str::to_owned);
        (status, code, error["pointer"].as_str().unwrap_or_default().to_owned())
    }

    #[tokio::test]
    async fn each_mismatch_is_named_with_its_place() {
        for (body, code, pointer) in [
            (r#"{"name": 3}"#, "wrong_type", "/name"),
            (r#"{"name": "a", "tags": ["b", 4]}"#, "wrong_type", "/tags/1"),
            (r#"{"name": "a", "bio": null}"#, "wrong_type", "/bio"),
            (r#"{}"#, "missing_field", "/name"),
            (r#"{"name": "a", "nmae/x": 1}"#, "unknown_field", "/nmae~1x"),
            (r#"{"name": "a", "name": "b"}"#, "duplicate_field", "/name"),
            (r#"[]"#, "wrong_type", ""),
            (r#" ["a", [], "b"]"#, "wrong_type", ""),
        ] {
            assert_eq!(refusal(body.as_bytes()).await, (422, code.to_owned(), pointer.to_owned()), "{body}");
        }
    }

    #[tokio::test]
    async fn what_is_no_json_is_400() {
        let deep = [br#"{"name": "#.as_slice(), &b"[".repeat(60_000)].concat();
        assert_eq!(refusal(&deep).await.0, 422, "refused at the first bracket");
        for bad in
            [b"".as_slice(), b"{", b"{'a'}", b"\xff", b"{\"name\": \"\xff\"}", br#"{"name": "\ud800"}"#]
        {
            assert_eq!(refusal(bad).await, (400, "malformed_json".to_owned(), String::new()), "{bad:?}");
        }
    }

    #[test]
    fn json_is_known_by_its_content_type() {
        let is = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(text));
            is_json(&headers)
        };
        assert!(
            is("application/json")
                && is("Application/JSON; charset=utf-8")
                && is("application/merge-patch+json")
        );
        assert!(!is("text/plain") && !is("application/x-www-form-urlencoded") && !is_json(&HeaderMap::new()));
    }
}
