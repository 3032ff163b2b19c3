//! The way out of a query: the answer, and up to which position it is complete.

use super::committed::POSITION;
use super::problem::Problem;
use super::version::etag;
use axum::Json;
use axum::body::Bytes;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use projections::progress::Coverage;
use serde::Serialize;

/// The header that marks an answer which may lack what its caller has written.
pub const STALE: HeaderName = HeaderName::from_static("madang-stale");

const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// The freshness of an answer.
#[derive(Clone, Debug)]
pub struct Fresh {
    coverage: Coverage,
    applied: Option<HeaderValue>,
}

impl Fresh {
    /// An answer from projections of this coverage.
    #[must_use]
    pub fn new(coverage: Coverage, applied: Option<HeaderValue>) -> Self {
        Self { coverage, applied }
    }

    /// Answers 200 with one item and its version.
    pub fn one(self, version: i64, body: impl Serialize) -> Response {
        let mut response = self.json(body);
        response.headers_mut().insert(header::ETAG, etag(version));
        response
    }

    /// Answers 200 with this body.
    pub fn json(self, body: impl Serialize) -> Response {
        self.head(Json(body).into_response())
    }

    /// Answers 200 with a body that is JSON already.
    pub fn written(self, json: Bytes) -> Response {
        self.head(([(header::CONTENT_TYPE, "application/json")], json).into_response())
    }

    fn head(self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        for (name, value) in self.headers() {
            headers.insert(name, value);
        }
        response
    }

    /// The problem 404. A stale one says so: the item may just not have arrived yet.
    #[must_use]
    pub fn not_found(self, code: &'static str, detail: &'static str) -> Problem {
        let problem = Problem::not_found(code, detail);
        self.headers().fold(problem, |problem, (name, value)| problem.with_header(name, value))
    }

    fn headers(self) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
        let Coverage { covered, position } = self.coverage;
        let stale = (!covered).then(|| (STALE, HeaderValue::from_static("true")));
        let applied = self.applied.map(|applied| (PREFERENCE_APPLIED, applied));
        [(POSITION, HeaderValue::from(position))].into_iter().chain(stale).chain(applied)
    }
}
