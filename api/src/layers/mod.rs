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
pub mod rate_limit;
mod refused;
mod rest;

use crate::app::App;
use crate::edge::Problem;
use crate::edge::arrival::{Arrival, Bearer};
use crate::edge::cookies;
use crate::edge::memory;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use correlation::Correlation;
use costs::Costs;
use futures::FutureExt;
use ipnet::IpNet;
use rate_limit::RateLimits;
use rest::Rest;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};
use tracing::Instrument;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

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
    let peer = peer(&request, &app.settings.trusted_proxies);
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

/// Returns the address of the client: the one that is connected, or, if that is a proxy of ours, the one for
/// which the proxy asks. Each proxy adds at the end of the header the address for which it asks, so addresses
/// before the last that none of our proxies has may be made up.
fn peer(request: &Request, trusted: &[IpNet]) -> IpAddr {
    let known = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let connected = known.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| address.ip());
    let is_ours = |address: &IpAddr| trusted.iter().any(|network| network.contains(&address.to_canonical()));
    if !is_ours(&connected) {
        return connected;
    }
    let lines = request.headers().get_all(FORWARDED_FOR).iter().rev();
    let hops = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.rsplit(',')).map(str::trim);
    let mut farthest = connected;
    for hop in hops {
        let Ok(address) = hop.parse::<IpAddr>() else { break };
        farthest = address;
        if !is_ours(&address) {
            break;
        }
    }
    farthest
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

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    #[test]
    fn who_asks_is_the_last_that_no_proxy_of_ours_was() {
        let trusted: Vec<IpNet> =
            ["10.0.0.0/8", "::1/128"].map(|text| text.parse().expect("a network")).into();
        let peer_of = |connected: &str, forwarded: &[&str]| {
            let mut request = Request::new(Body::empty());
            let address = SocketAddr::new(connected.parse().expect("an address"), 1);
            request.extensions_mut().insert(ConnectInfo(address));
            for line in forwarded {
                request.headers_mut().append(FORWARDED_FOR, line.parse().expect("a header"));
            }
            peer(&request, &trusted).to_string()
        };
        assert_eq!(peer_of("203.0.113.7", &["198.51.100.1"]), "203.0.113.7", "anyone can say so");
        assert_eq!(peer_of("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(peer_of("10.0.0.1", &["203.0.113.7"]), "203.0.113.7");
        assert_eq!(peer_of("10.0.0.1", &["1.2.3.4, 203.0.113.7, 10.0.0.2"]), "203.0.113.7");
        assert_eq!(peer_of("10.0.0.1", &["1.2.3.4", "203.0.113.7"]), "203.0.113.7");
        assert_eq!(peer_of("::1", &["2001:db8::1"]), "2001:db8::1");
        assert_eq!(peer_of("10.0.0.1", &["nonsense"]), "10.0.0.1");
        assert_eq!(peer_of("10.0.0.1", &["10.0.0.3"]), "10.0.0.3");
    }
}
