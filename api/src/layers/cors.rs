//! CORS: which pages of other origins may call from a browser, what they may send, and what they may read.

use crate::app::Cors;
use axum::http::{HeaderName, Method};
use std::time::Duration;
use tower_http::cors::{Any, CorsLayer};

/// The methods of all routes. HEAD is among them, because some clients ask before each method that isn't GET.
const METHODS: [Method; 6] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// The headers that a page may send. They are allowed by name, because a wildcard does not stand for
/// `authorization`. Beside the headers of this API there are those that libraries add by themselves: streams of events,
/// caches, and traces (W3C, Sentry). A browser sends nothing at all of a request that has one header too many.
pub const ALLOWED: [&str; 16] = [
    "authorization",
    "content-type",
    "if-match",
    "idempotency-key",
    "last-event-id",
    "madang-act-as",
    "madang-csrf",
    "madang-position",
    "prefer",
    "x-request-id",
    "cache-control",
    "if-none-match",
    "traceparent",
    "tracestate",
    "baggage",
    "sentry-trace",
];

/// The headers of an answer that a page may read, beside the few that any page may.
pub const EXPOSED: [&str; 12] = [
    "allow",
    "etag",
    "link",
    "location",
    "madang-position",
    "madang-stale",
    "preference-applied",
    "ratelimit",
    "ratelimit-policy",
    "retry-after",
    "www-authenticate",
    "x-request-id",
];

/// The time for which a browser keeps what it may send.
const PREFLIGHT_MAX_AGE: Duration = Duration::from_secs(3_600);

/// Returns the layer that tells browsers so.
pub fn layer(cors: &Cors) -> CorsLayer {
    let layer = CorsLayer::new()
        .allow_methods(METHODS)
        .allow_headers(ALLOWED.map(HeaderName::from_static))
        .expose_headers(EXPOSED.map(HeaderName::from_static))
        .max_age(PREFLIGHT_MAX_AGE);
    match cors {
        Cors::Any => layer.allow_origin(Any),
        Cors::Origins(origins) => {
            let origins: Vec<_> = origins.iter().filter_map(|origin| origin.parse().ok()).collect();
            layer.allow_origin(origins).allow_credentials(true)
        }
    }
}
