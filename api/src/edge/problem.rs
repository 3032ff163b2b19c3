//! Problems: the one shape in which a client is told what is wrong with a request (RFC 9457).

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::borrow::Cow;
use std::time::Duration;
use utoipa::ToSchema;

/// A refused or failed request, in words for the person who wrote the client.
#[derive(Clone, Debug)]
pub struct Problem(Box<Parts>);

#[derive(Clone, Debug)]
struct Parts {
    status: StatusCode,
    document: ProblemDocument,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// The body of every answer from 400 up, as `application/problem+json`.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument {
    /// A name for the kind of problem; not an address to visit.
    #[serde(rename = "type")]
    #[schema(example = "urn:madang:problem:post_not_found")]
    kind: String,
    /// The HTTP status.
    #[schema(example = 404)]
    status: u16,
    /// The problem's stable code: program against this.
    #[schema(example = "post_not_found")]
    code: Cow<'static, str>,
    /// A few words, the same for every problem of this status.
    #[schema(example = "Not found")]
    title: &'static str,
    /// The words that say what is wrong and what to do.
    #[schema(example = "There is no such post, or it was deleted.")]
    detail: Cow<'static, str>,
    /// One entry for each field that is not acceptable.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

/// An error of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The place in the body, as a JSON pointer (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/handle")]
    pub pointer: Option<String>,
    /// The query parameter or header, where the error is not in the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<&'static str>,
    /// The error's stable code: program against this.
    #[schema(example = "too_long")]
    pub code: Cow<'static, str>,
    /// The words that say what is wrong and what to do.
    #[schema(example = "must have at most 20 characters; it has 21")]
    pub detail: Cow<'static, str>,
}

impl FieldError {
    /// An error at a place in the body.
    pub fn at(
        pointer: impl Into<String>,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { pointer: Some(pointer.into()), parameter: None, code: code.into(), detail: detail.into() }
    }

    /// An error in a query parameter or header.
    pub fn of(
        parameter: &'static str,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { pointer: None, parameter: Some(parameter), code: code.into(), detail: detail.into() }
    }
}

impl Problem {
    /// A problem with a stable code and words that say what to do.
    pub fn new(
        status: StatusCode,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        let code = code.into();
        let document = ProblemDocument {
            kind: format!("urn:madang:problem:{code}"),
            status: status.as_u16(),
            code,
            title: title(status),
            detail: detail.into(),
            errors: vec![],
        };
        Self(Box::new(Parts { status, document, headers: vec![] }))
    }

    /// The problem 400: the request can't be read.
    pub fn bad_request(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// The problem 404.
    pub fn not_found(code: &'static str, detail: &'static str) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, detail)
    }

    /// The problem 403.
    pub fn forbidden(code: &'static str, detail: &'static str) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, detail)
    }

    /// The problem 401, with the challenge that HTTP asks for.
    pub fn unauthorized(code: &'static str, detail: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, detail)
            .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    /// The problem 422 with every field that is not acceptable.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid_fields",
            "Some fields are not acceptable; `errors` says which and why.",
        )
        .with_errors(errors)
    }

    /// The problem 400 with the query parameter or header that is not acceptable.
    pub fn bad_parameter(
        parameter: &'static str,
        code: &'static str,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        let detail = detail.into();
        Self::bad_request(code, format!("`{parameter}` {detail}."))
            .with_errors(vec![FieldError::of(parameter, code, detail)])
    }

    /// The problem 429 for what must not be tried without end.
    pub fn too_many_attempts(wait: Duration) -> Self {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        let detail = format!("This was tried too often. Repeat in {seconds} seconds.");
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", detail).retry_after(seconds)
    }

    /// The problem 503: the request may work in a moment.
    pub fn unavailable(code: &'static str, detail: &'static str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail).retry_after(1)
    }

    /// The problem 500: our fault. What happened is for the log, never for the client.
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_error",
            "Something went wrong on our side. Tell us the X-Request-Id of this answer.",
        )
    }

    /// The same problem with fields named.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.0.document.errors = errors;
        self
    }

    /// The same problem with a header.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// The same problem, asking to wait so many seconds before a repeat.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        self.with_header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// The problem's HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The problem's stable code.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0.document.code
    }

    /// The words that say what is wrong and what to do.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.0.document.detail
    }

    /// The problem's body, for where an answer has begun already.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.0.document).expect("plain data")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Parts { status, document, headers } = *self.0;
        let mut response = (status, Json(document)).into_response();
        let out = response.headers_mut();
        out.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        for (name, value) in headers {
            // Headers are appended, none replaces another: there may be several cookies.
            out.append(name, value);
        }
        response
    }
}

fn title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNPROCESSABLE_ENTITY => "Not acceptable input",
        StatusCode::PRECONDITION_FAILED => "Not a version that If-Match names",
        other => other.canonical_reason().unwrap_or("Refused"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_problem_has_the_members_of_rfc_9457_and_names_fields_by_pointer() {
        let field = FieldError::at("/handle", "too_long", "must be shorter");
        let response = Problem::invalid(vec![field]).retry_after(3).into_response();
        assert_eq!(response.status(), 422);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(response.headers()[header::RETRY_AFTER], "3");
        let bytes = axum::body::to_bytes(response.into_body(), 4096).await.expect("a small body");
        let json: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
        assert_eq!(json["type"], "urn:madang:problem:invalid_fields");
        assert_eq!(json["status"], 422);
        assert_eq!(json["code"], "invalid_fields");
        let expected = serde_json::json!(
            [{ "pointer": "/handle", "code": "too_long", "detail": "must be shorter" }]
        );
        assert_eq!(json["errors"], expected);
    }
}
