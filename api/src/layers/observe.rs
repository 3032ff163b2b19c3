//! The traces of a request for operators: a span, one log line and metrics, by route template, so that
//! neither a person's handle nor a query string is kept.

use axum::http::{HeaderValue, Method, StatusCode};
use std::time::Duration;
use tracing::{Span, field::Empty};
use uuid::Uuid;

/// Makes the span that everything logged while the request runs carries.
pub fn span(method: &Method, route: &str, correlation_id: Uuid, request_id: &HeaderValue) -> Span {
    let request_id = request_id.to_str().unwrap_or_default();
    tracing::info_span!(
        "request",
        %correlation_id,
        request_id,
        method = method_name(method),
        route,
        status = Empty,
        elapsed_ms = Empty,
    )
}

/// Records the end of a request in its span, the metrics and a log line.
pub fn answered(span: &Span, method: &Method, route: &str, status: StatusCode, elapsed: Duration) {
    let method = method_name(method);
    let seconds = elapsed.as_secs_f64();
    let labels = [("method", method.to_owned()), ("route", route.to_owned())];
    metrics::histogram!("http_request_seconds", &labels).record(seconds);
    let status_text = status.as_str().to_owned();
    metrics::counter!(
        "http_requests_total", "method" => method, "route" => route.to_owned(), "status" => status_text
    )
    .increment(1);
    span.record("status", status.as_u16());
    span.record("elapsed_ms", seconds * 1_000.0);
    // A line for each request would drown what operators look for; `MADANG_LOG=info,api=debug` shows all.
    span.in_scope(|| match status.is_server_error() {
        true => tracing::warn!("answered"),
        false => tracing::debug!("answered"),
    });
}

/// Returns the method's name for metrics. A client may invent methods; their names must not become new time
/// series.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
