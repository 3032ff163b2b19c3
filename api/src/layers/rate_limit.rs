//! Rate limits: how often one person, or one address without a login, may send requests.

use crate::edge::arrival::{Bearer, network};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use domain::value::UserId;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use vault::Caller;

const WINDOW_SECONDS: u64 = 60;

/// The number of checks after which keys that have rested for a whole window are forgotten.
const CHECKS_BETWEEN_SWEEPS: u32 = 1 << 16;

/// The rate limits of one node.
pub struct RateLimits {
    requests: Option<Limit<Asker>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Asker {
    Person(UserId),
    Network(Vec<u8>),
}

/// The state of an asker's limit, for the `RateLimit` headers.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    quota: u32,
    remaining: u32,
    reset_seconds: u64,
}

impl RateLimits {
    /// Makes the limits: requests per minute; 0 means no limit.
    #[must_use]
    pub fn new(requests_per_minute: u32) -> Self {
        Self { requests: Limit::new(requests_per_minute) }
    }

    /// Counts a request for as many as it costs. A request that costs nothing is not counted, nor are those
    /// of operators.
    ///
    /// # Errors
    /// The limit's state, when there were too many requests.
    pub fn check(&self, bearer: &Bearer, peer: IpAddr, cost: u32) -> Result<Option<Standing>, Standing> {
        let Some((limit, cost)) = self.requests.as_ref().zip(NonZeroU32::new(cost)) else { return Ok(None) };
        let asker = match bearer {
            Bearer::Known(Caller::Operator) => return Ok(None),
            Bearer::Known(Caller::User { user, .. }) => Asker::Person(*user),
            Bearer::Absent | Bearer::Expired | Bearer::SessionEnded | Bearer::Invalid => {
                Asker::Network(network(peer))
            }
        };
        limit.check(&asker, cost).map(Some)
    }
}

impl Standing {
    /// Returns the seconds until all that was used is there again; after a refusal, the seconds until the
    /// same request may be sent.
    #[must_use]
    pub fn reset_seconds(self) -> u64 {
        self.reset_seconds
    }

    /// Writes the `RateLimit` headers (IETF draft "RateLimit header fields for HTTP").
    pub fn write(self, headers: &mut HeaderMap) {
        const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
        const LIMIT: HeaderName = HeaderName::from_static("ratelimit");
        let Self { quota, remaining, reset_seconds } = self;
        let policy = format!("\"default\";q={quota};w={WINDOW_SECONDS}");
        let limit = format!("\"default\";r={remaining};t={reset_seconds}");
        for (name, text) in [(POLICY, policy), (LIMIT, limit)] {
            headers.insert(name, HeaderValue::try_from(text).expect("digits and ASCII"));
        }
    }
}

struct Limit<K: Hash + Eq + Clone> {
    limiter: RateLimiter<K, DashMapStateStore<K>, DefaultClock, StateInformationMiddleware>,
    per_minute: NonZeroU32,
    checks: AtomicU32,
}

impl<K: Hash + Eq + Clone> Limit<K> {
    fn new(per_minute: u32) -> Option<Self> {
        let per_minute = NonZeroU32::new(per_minute)?;
        let limiter = RateLimiter::dashmap(Quota::per_minute(per_minute)).with_middleware();
        Some(Self { limiter, per_minute, checks: AtomicU32::new(0) })
    }

    fn check(&self, key: &K, cost: NonZeroU32) -> Result<Standing, Standing> {
        if self.checks.fetch_add(1, Ordering::Relaxed) % CHECKS_BETWEEN_SWEEPS == CHECKS_BETWEEN_SWEEPS - 1 {
            self.limiter.retain_recent();
        }
        let quota = self.per_minute.get();
        // A request that costs more than all of a small limit would never be allowed.
        let cost = cost.min(self.per_minute);
        match self.limiter.check_key_n(key, cost).expect("no more than the limit is asked for") {
            Ok(state) => {
                let remaining = state.remaining_burst_capacity();
                let used = u64::from(quota.saturating_sub(remaining));
                let reset_seconds = (used * WINDOW_SECONDS).div_ceil(u64::from(quota));
                Ok(Standing { quota, remaining, reset_seconds })
            }
            Err(until) => {
                let wait = until.wait_time_from(self.limiter.clock().now());
                Err(Standing { quota, remaining: 0, reset_seconds: wait.as_secs() + 1 })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    const THERE: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

    #[test]
    fn each_address_has_its_own_limit_and_operators_have_none() {
        let limits = RateLimits::new(2);
        assert!(limits.check(&Bearer::Absent, HERE, 1).is_ok());
        let second = limits.check(&Bearer::Absent, HERE, 1).expect("allowed").expect("limited");
        assert_eq!((second.quota, second.remaining), (2, 0));
        let standing = limits.check(&Bearer::Absent, HERE, 1).expect_err("too many");
        assert!((1..=31).contains(&standing.reset_seconds));
        assert!(limits.check(&Bearer::Absent, THERE, 1).is_ok());
        assert!(limits.check(&Bearer::Known(Caller::Operator), HERE, 1).expect("allowed").is_none());
    }

    #[test]
    fn a_request_counts_for_what_it_costs() {
        let limits = RateLimits::new(4);
        let first = limits.check(&Bearer::Absent, HERE, 3).expect("allowed").expect("limited");
        assert_eq!((first.quota, first.remaining), (4, 1));
        assert!(limits.check(&Bearer::Absent, HERE, 3).is_err(), "one is left");
        assert!(limits.check(&Bearer::Absent, HERE, 0).expect("allowed").is_none(), "nothing is asked for");
        assert!(limits.check(&Bearer::Absent, HERE, 1).is_ok(), "who was refused has lost nothing");
        assert!(limits.check(&Bearer::Absent, THERE, 9).is_ok(), "all of a limit is enough for anything");
    }
}
