//! A query's side of consistency: what its caller must see, and how long it may wait for that.

use super::caller::{self, Departed, Person};
use super::committed::{POSITION, POSITION_COOKIE};
use super::fresh::Fresh;
use super::problem::Problem;
use crate::app::App;
use axum::extract::FromRequestParts;
use axum::http::{HeaderMap, HeaderValue, Method, header, request};
use domain::value::UserId;
use projections::Position;
use projections::progress::Coverage;
use std::time::Duration;

const LONGEST_WAIT_SECONDS: u64 = 10;

/// The headers by which browsers say that they fetch something that nobody may come to look at, and the words for that.
const PURPOSES: [&str; 4] = ["sec-purpose", "purpose", "x-purpose", "x-moz"];
const AHEAD: [&str; 3] = ["prefetch", "prerender", "preview"];

/// The reader of a query, known or not.
#[derive(Debug)]
pub struct Reader {
    /// The person who reads, if that is known.
    pub person: Option<Person>,
    /// The position that the reader must see: the greatest of header, cookie and this node's memory.
    pub position: Position,
    /// The longest wait for that position.
    pub bound: Duration,
    by_operator: bool,
    is_for_eyes: bool,
    applied: Option<HeaderValue>,
}

impl Reader {
    /// A reader who is not known and has written nothing.
    #[must_use]
    pub fn nobody(app: &App) -> Self {
        let bound = app.settings.consistency_bound;
        Self { person: None, position: 0, bound, by_operator: false, is_for_eyes: false, applied: None }
    }

    /// The viewer for whom the answer is made.
    #[must_use]
    pub fn viewer(&self) -> Option<UserId> {
        self.person.as_ref().map(|person| person.id)
    }

    /// The person who looks at the answer with their own eyes: neither an operator in the person's name, nor a program
    /// that asks whether something is there (HEAD), nor a browser that fetches ahead what may never be looked at.
    #[must_use]
    pub fn onlooker(&self) -> Option<UserId> {
        self.viewer().filter(|_| self.is_for_eyes && !self.by_operator)
    }

    /// The person who reads, where that must be known.
    ///
    /// # Errors
    /// 401 if nobody is logged in, 403 if an operator names nobody.
    pub fn known(&self) -> Result<&Person, Problem> {
        self.person.as_ref().ok_or_else(|| caller::nobody(self.by_operator))
    }

    /// Waits until the projections have what the reader must see, or the bound has passed.
    pub async fn see(&self, app: &App, projections: &[&'static str]) -> Fresh {
        self.fresh(self.covered(app, projections).await)
    }

    /// Waits as [`Self::see`] does, where more than these projections must have the position.
    pub async fn covered(&self, app: &App, projections: &[&'static str]) -> Coverage {
        let exists = app.tail.reaches(self.position);
        app.progress.wait_for_claimed(projections, self.position, self.bound, exists).await
    }

    /// The way out, when the coverage is known already.
    #[must_use]
    pub fn fresh(&self, coverage: Coverage) -> Fresh {
        Fresh::new(coverage, self.applied.clone())
    }
}

impl FromRequestParts<App> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, app: &App) -> Result<Self, Problem> {
        let person = Person::if_any(parts, app, Departed::Refused).await?;
        let remembered = person.as_ref().map_or(0, |person| app.written.of(person.id));
        let position = presented(&parts.headers)?.max(remembered);
        // A past is there as a whole, and nothing that came since.
        let position = app.settings.as_of.unwrap_or(position);
        let preferred = preferred_wait(&parts.headers);
        let applied = preferred.map(|wait| match wait {
            Wait::None => HeaderValue::from_static("respond-async"),
            Wait::Seconds(n) => HeaderValue::try_from(format!("wait={n}")).expect("digits and ASCII"),
        });
        let bound = match preferred {
            None => app.settings.consistency_bound,
            Some(Wait::None) => Duration::ZERO,
            Some(Wait::Seconds(seconds)) => Duration::from_secs(seconds),
        };
        Ok(Self {
            person,
            position,
            bound,
            by_operator: caller::is_operator(parts),
            is_for_eyes: parts.method == Method::GET && !is_ahead(&parts.headers),
            applied,
        })
    }
}

/// True if a browser fetches ahead.
fn is_ahead(headers: &HeaderMap) -> bool {
    let values =
        PURPOSES.iter().flat_map(|name| headers.get_all(*name)).filter_map(|value| value.to_str().ok());
    let mut values = values.map(str::to_ascii_lowercase);
    values.any(|value| AHEAD.iter().any(|word| value.contains(word)))
}

/// The position that a client brings: the greater of header and cookie.
///
/// # Errors
/// 400 if the header holds anything but a position. A cookie may be anybody's, so a bad one is ignored.
pub fn presented(headers: &HeaderMap) -> Result<Position, Problem> {
    let header = headers.get(POSITION).map(|value| value.to_str().ok().and_then(position_in));
    let header = match header {
        Some(None) => {
            let detail = "must be a position as an earlier answer gave it; leave it out otherwise";
            return Err(Problem::bad_parameter("Madang-Position", "invalid_position", detail));
        }
        Some(Some(position)) => position,
        None => 0,
    };
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let cookie = cookies
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .filter_map(|(name, value)| if name == POSITION_COOKIE { position_in(value) } else { None })
        .max();
    Ok(header.max(cookie.unwrap_or(0)))
}

fn position_in(text: &str) -> Option<Position> {
    text.trim().parse().ok().filter(|&position| position >= 0)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wait {
    None,
    Seconds(u64),
}

/// Reads `Prefer` (RFC 7240), of which unknown and malformed parts are to be ignored.
fn preferred_wait(headers: &HeaderMap) -> Option<Wait> {
    let values = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    let mut wait = None;
    for preference in values.flat_map(|value| value.split(',')) {
        let mut words = preference.split(';').next().unwrap_or_default().splitn(2, '=').map(str::trim);
        let name = words.next().unwrap_or_default().to_ascii_lowercase();
        match (name.as_str(), words.next()) {
            ("respond-async", _) => wait = wait.or(Some(Wait::None)),
            ("wait", Some(seconds)) => {
                let seconds: Option<u64> = seconds.trim_matches('"').parse().ok();
                wait = seconds.map(|seconds| Wait::Seconds(seconds.min(LONGEST_WAIT_SECONDS))).or(wait);
            }
            _ => {}
        }
    }
    wait
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |&(name, text): &(&'static str, &str)| {
            (header::HeaderName::from_static(name), HeaderValue::from_str(text).expect("a header"))
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn the_greater_of_header_and_cookie_counts() {
        let both = headers(&[("madang-position", "5"), ("cookie", "a=b; madang_position=9; c=d")]);
        assert_eq!(presented(&both).ok(), Some(9));
        assert_eq!(presented(&headers(&[("cookie", "madang_position=x")])).ok(), Some(0));
        assert_eq!(presented(&HeaderMap::new()).ok(), Some(0));
        for bad in ["x", "-1", "", "99999999999999999999"] {
            assert!(presented(&headers(&[("madang-position", bad)])).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_browser_that_fetches_ahead_says_so_in_one_of_four_headers() {
        for (name, text) in [
            ("sec-purpose", "prefetch"),
            ("sec-purpose", "prefetch;prerender"),
            ("sec-purpose", "prefetch;anonymous-client-ip"),
            ("purpose", "prefetch"),
            ("x-purpose", "Preview"),
            ("x-moz", "prefetch"),
        ] {
            assert!(is_ahead(&headers(&[(name, text)])), "{name}: {text}");
        }
        assert!(!is_ahead(&headers(&[])));
        assert!(!is_ahead(&headers(&[("sec-purpose", ""), ("sec-fetch-mode", "navigate")])));
    }

    #[test]
    fn a_wait_is_bounded_and_more_exact_than_respond_async() {
        let read = |text| preferred_wait(&headers(&[("prefer", text)]));
        assert_eq!(read("wait=3"), Some(Wait::Seconds(3)));
        assert_eq!(read("Wait = 99"), Some(Wait::Seconds(10)));
        assert_eq!(read("respond-async"), Some(Wait::None));
        assert_eq!(read("respond-async, wait=2"), Some(Wait::Seconds(2)));
        assert_eq!(read("wait=2; foo, respond-async"), Some(Wait::Seconds(2)));
        assert_eq!(read("wait=x, return=minimal"), None);
    }

    proptest! {
        #[test]
        fn no_preference_waits_longer_than_any_may(
            text in prop_oneof!["[ -~]{0,40}", "((wait|respond-async|a)( ?= ?\"?[0-9]{0,30}\"?)?[,;]? ?){0,5}"]
        ) {
            if let Some(Wait::Seconds(seconds)) = preferred_wait(&headers(&[("prefer", &text)])) {
                prop_assert!(seconds <= LONGEST_WAIT_SECONDS);
            }
        }

        #[test]
        fn a_position_is_found_among_any_cookies(
            before in "[ -~]{0,30}", position in 0..i64::MAX, after in "[ -~]{0,30}"
        ) {
            let cookies = format!("{before}; madang_position={position}; {after}");
            let found = presented(&headers(&[("cookie", &cookies)])).ok();
            prop_assert!(found >= Some(position), "{:?} in {}", found, cookies);
            let garbage = presented(&headers(&[("cookie", &before), ("madang-position", &position.to_string())]));
            prop_assert!(garbage.ok() >= Some(position));
        }
    }
}
