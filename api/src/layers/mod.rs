//! The layers around every handler.
//!
//! They are one function rather than a tower of layers, because each layer costs every request an allocation:
//! learn who asks, count the request, run the handler under a time limit, catch its panic, then add headers,
//! metrics and a log line.

mod as_of;
pub mod correlation;
pub mod cors;
pub mod costs;
mod nul;
pub mod observe;
mod peer;
pub mod rate_limit;
mod refused;
mod rest;

use crate::app::App;
use crate::edge::Problem;
use crate::edge::arrival::{Arrival, Bearer};
use crate::edge::cookies;
use crate::edge::memory;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use correlation::Correlation;
use costs::Costs;
use futures::FutureExt;
use rate_limit::RateLimits;
use rest::Rest;
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};
use tracing::Instrument;

/// The time limit of requests. No request but an upload takes longer; the longest wait that a client can ask
/// for is 10 seconds.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// Routes whose requests may take longer than others.
pub struct TimeLimits(pub HashMap<&'static str, Duration>);

impl TimeLimits {
    fn of(&self, route: &str) -> Duration {
        self.0.get(route).copied().unwrap_or(TIME_LIMIT)
    }
}

/// Runs around every handler, unknown routes included.
pub async fn around(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let Correlation { id, text } = Correlation::of(request.headers());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let path = Area::of(request.uri().path());
    let peer = peer::of(&request, &app.settings.trusted_proxies);
    let (bearer, by_cookie) = Bearer::of(request.headers(), &app.vault);
    let route = route.as_ref().map_or("unmatched", MatchedPath::as_str);
    let standing = app.part::<RateLimits>().check(&bearer, peer, app.part::<Costs>().of(route));
    let meant = match by_cookie && !cookies::is_safe(&method) {
        true => cookies::must_be_meant(request.headers(), &app.settings.cors),
        false => Ok(()),
    };
    let past = match app.settings.as_of {
        Some(_) => as_of::admit(&app, &bearer, &method, request.uri().path()).await,
        None => Ok(()),
    };
    let meant = meant.and(past).and_then(|()| nul::admit(request.uri()));
    request.extensions_mut().insert(Arrival { correlation_id: id, bearer, by_cookie, peer });
    let (request, rest) = Rest::watch(request);

    let limit = app.part::<TimeLimits>().of(route);
    let span = observe::span(&method, route, id, &text);
    let (standing, mut response) = match (standing, meant) {
        (Ok(standing), Ok(())) => {
            let response = run(next, request, limit).instrument(span.clone()).await;
            (standing, memory::bounded(response))
        }
        (Ok(standing), Err(problem)) => (standing, problem.into_response()),
        (Err(standing), _) if path.has_pages() && refused::reads_pages(request.headers()) => {
            (Some(standing), refused::page(standing, request.headers()))
        }
        (Err(standing), _) => (Some(standing), refused::problem(standing).into_response()),
    };

    let headers = response.headers_mut();
    headers.insert(correlation::HEADER, text);
    if let Some(standing) = standing {
        standing.write(headers);
    }
    path.secure(headers);
    if rest.is_left() {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    observe::answered(&span, &method, route, response.status(), started.elapsed());
    response
}

async fn run(next: Next, request: Request, limit: Duration) -> Response {
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(limit, answer).await {
        Ok(Ok(response)) => response,
        // The panic hook has logged the panic.
        Ok(Err(_panic)) => Problem::internal().into_response(),
        Err(_elapsed) => {
            tracing::error!("a request took too long");
            Problem::unavailable("timeout", "This took too long. Repeat the request in a moment.")
                .into_response()
        }
    }
}

/// The parts of the service that browsers must treat differently.
#[derive(Clone, Copy, Debug)]
enum Area {
    Api,
    Docs,
    Other,
}

impl Area {
    fn of(path: &str) -> Self {
        if path.starts_with("/v1/") {
            Self::Api
        } else if path.starts_with("/docs") {
            Self::Docs
        } else {
            Self::Other
        }
    }

    /// Returns true if people come here by their browsers, and not only programs.
    fn has_pages(self) -> bool {
        match self {
            Self::Api | Self::Docs => false,
            Self::Other => true,
        }
    }

    fn secure(self, headers: &mut HeaderMap) {
        const NO_SNIFFING: HeaderValue = HeaderValue::from_static("nosniff");
        const NO_REFERRER: HeaderValue = HeaderValue::from_static("no-referrer");
        const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
        const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
        const OWN_PAGES: HeaderValue = HeaderValue::from_static(
            "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
        );
        // Browsers heed this header over TLS only.
        const ONLY_TLS: HeaderValue = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, ONLY_TLS);
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, NO_SNIFFING);
        headers.insert(header::REFERRER_POLICY, NO_REFERRER);
        match self {
            Self::Api => {
                // An answer depends on the person who asks, so no cache on the way may keep it.
                headers.entry(header::CACHE_CONTROL).or_insert(NO_STORE);
                headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(NOTHING);
            }
            Self::Docs => {
                headers.insert(header::CONTENT_SECURITY_POLICY, OWN_PAGES);
            }
            Self::Other => {
                // The handler of a page sets the policy that its page needs.
                headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(NOTHING);
            }
        }
    }
}
