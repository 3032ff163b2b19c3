//! The way out of a command: its position in header and cookie, so that the client's next read sees the
//! write.

use super::reader::presented;
use super::version::etag;
use axum::Json;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use projections::Position;
use serde::Serialize;

/// The header that tells a position, in both directions.
pub const POSITION: HeaderName = HeaderName::from_static("madang-position");

/// The cookie that brings the position back without any code in the client.
pub const POSITION_COOKIE: &str = "madang_position";

/// A stored command, on its way to the client.
#[derive(Clone, Copy, Debug)]
pub struct Committed {
    position: Position,
    seen: Position,
}

impl Committed {
    /// A command at `position`, of a client that had seen `seen` before.
    #[must_use]
    pub fn new(position: Position, seen: Position) -> Self {
        Self { position, seen: seen.max(position) }
    }

    /// A command at `position`, of a client that sent these headers.
    #[must_use]
    pub fn of(headers: &HeaderMap, position: Position) -> Self {
        Self::new(position, presented(headers).unwrap_or(0))
    }

    /// Answers 201 with what was created.
    pub fn created(self, location: &str, version: i64, body: impl Serialize) -> Response {
        let mut response = self.told((StatusCode::CREATED, Json(body)).into_response());
        let location = HeaderValue::try_from(location).expect("our own paths are percent-encoded");
        response.headers_mut().insert(header::LOCATION, location);
        response.headers_mut().insert(header::ETAG, etag(version));
        response
    }

    /// Answers 200 with the aggregate as it is now.
    pub fn changed(self, version: i64, body: impl Serialize) -> Response {
        let mut response = self.told(Json(body).into_response());
        response.headers_mut().insert(header::ETAG, etag(version));
        response
    }

    /// Answers 200 with the result of a command, where that has no versions.
    pub fn answered(self, body: impl Serialize) -> Response {
        self.told(Json(body).into_response())
    }

    /// Answers 202: other people decide what becomes of the request.
    pub fn accepted(self) -> Response {
        self.told(StatusCode::ACCEPTED.into_response())
    }

    /// Answers 204.
    pub fn done(self) -> Response {
        self.told(StatusCode::NO_CONTENT.into_response())
    }

    fn told(self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        headers.insert(POSITION, HeaderValue::from(self.position));
        if self.seen > 0 {
            let seen = self.seen;
            let cookie = format!("{POSITION_COOKIE}={seen}; Path=/; Max-Age=60; SameSite=Lax; HttpOnly");
            headers.append(header::SET_COOKIE, HeaderValue::try_from(cookie).expect("digits and ASCII"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeating_an_old_command_tells_its_position_but_never_turns_the_cookie_back() {
        let response = Committed::new(5, 9).done();
        assert_eq!(response.headers()[POSITION], "5");
        let cookie = response.headers()[header::SET_COOKIE].to_str().expect("ASCII");
        assert!(cookie.starts_with("madang_position=9; "), "{cookie}");
    }
}
