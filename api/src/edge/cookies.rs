//! Sessions of browsers: tokens in cookies that no script can read, and what keeps other sites from using
//! them.
//!
//! A browser sends cookies with every request that any site makes it send. So a write that is known by its
//! cookie alone must carry the header `Madang-CSRF`, which a page of another origin can only add when CORS
//! allows that origin (OWASP, "Employing Custom Request Headers"), and must not say that it comes from
//! elsewhere.

use super::problem::Problem;
use crate::app::Cors;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use vault::sessions::Opened;

/// The cookie with a browser's access token. `__Host-`: only over TLS, only for this very host, for all
/// paths.
const ACCESS: &str = "__Host-madang_access";
/// The cookie with a browser's refresh token.
const REFRESH: &str = "__Host-madang_refresh";
/// The cookie that marks the browser in which a login elsewhere began.
const OAUTH: &str = "__Host-madang_oauth";
/// The header that shows that the page may make the request.
pub const CSRF: HeaderName = HeaderName::from_static("madang-csrf");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The life of that cookie: as long as a login elsewhere and what follows it may take.
const OAUTH_MAX_AGE_SECONDS: u32 = 20 * 60;

/// Both cookies stay as long as a session can rest: an access token that is over has to be seen, or its
/// owner would be taken for nobody.
const MAX_AGE_SECONDS: u32 = 30 * 24 * 3_600;

/// The access token among the cookies.
#[must_use]
pub fn access(headers: &HeaderMap) -> Option<&str> {
    named(headers, ACCESS)
}

/// The refresh token among the cookies.
#[must_use]
pub fn refresh(headers: &HeaderMap) -> Option<&str> {
    named(headers, REFRESH)
}

/// The word by which the browser is known again in which a login elsewhere began.
#[must_use]
pub fn oauth(headers: &HeaderMap) -> Option<&str> {
    named(headers, OAUTH)
}

/// Sets the cookie by which a browser is known again in which a login elsewhere begins. The cookie is Lax: it
/// is sent when the provider leads back.
pub fn remember_oauth(headers: &mut HeaderMap, word: &str) {
    set(headers, OAUTH, word, OAUTH_MAX_AGE_SECONDS);
}

/// The value of a cookie. The first of several cookies of a name counts, as browsers send the most specific
/// first.
fn named<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find_map(|(name, value)| (name == wanted && !value.is_empty()).then_some(value))
}

/// Sets the cookies with a session's tokens.
pub fn give(headers: &mut HeaderMap, opened: &Opened) {
    for (name, value) in [(ACCESS, &opened.access.access_token), (REFRESH, &opened.refresh)] {
        set(headers, name, value, MAX_AGE_SECONDS);
    }
}

/// Takes the cookies of a session away.
pub fn take_away(headers: &mut HeaderMap) {
    for name in [ACCESS, REFRESH] {
        set(headers, name, "", 0);
    }
}

fn set(headers: &mut HeaderMap, name: &str, value: &str, max_age: u32) {
    let cookie = format!("{name}={value}; Path=/; Max-Age={max_age}; Secure; HttpOnly; SameSite=Lax");
    let cookie = HeaderValue::try_from(cookie).expect("tokens are visible ASCII");
    headers.append(header::SET_COOKIE, cookie);
}

/// True if the method changes nothing, so that another site gains nothing by causing the request.
#[must_use]
pub fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Refuses a write that another site may have caused.
///
/// # Errors
/// 403.
pub fn must_be_meant(headers: &HeaderMap, cors: &Cors) -> Result<(), Problem> {
    if !headers.contains_key(CSRF) {
        return Err(Problem::forbidden(
            "csrf_header_missing",
            "A write that is known by its cookie needs the header `Madang-CSRF: 1`. Send it, or use a bearer \
             token instead of cookies.",
        ));
    }
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    let elsewhere = headers.get(SEC_FETCH_SITE).is_some_and(|site| site == "cross-site");
    let is_meant = match origin {
        Some(origin) => is_own(origin, headers) || cors.allows(origin),
        None => !elsewhere,
    };
    if is_meant {
        return Ok(());
    }
    Err(Problem::forbidden(
        "csrf_origin",
        "This page may not write with cookies. Its origin must be named in MADANG_ALLOWED_ORIGINS.",
    ))
}

fn is_own(origin: &str, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    origin.split_once("://").is_some_and(|(_, authority)| Some(authority) == host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |&(name, text): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(text))
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let sent = headers(&[(
            "cookie",
            "x__Host-madang_access=no; a=b; __Host-madang_access=yes; __Host-madang_refresh=",
        )]);
        assert_eq!(access(&sent), Some("yes"));
        assert_eq!(refresh(&sent), None);
    }

    #[test]
    fn a_write_is_meant_with_the_header_and_from_here_or_an_allowed_origin() {
        let cors = Cors::Origins(vec!["https://yard.example".to_owned()]);
        let checked = |pairs: &[(&'static str, &'static str)]| {
            must_be_meant(&headers(pairs), &cors).map_err(|problem| problem.code().to_owned())
        };
        let (csrf, host) = (("madang-csrf", "1"), ("host", "api.example"));
        assert_eq!(checked(&[host]), Err("csrf_header_missing".to_owned()));
        assert_eq!(checked(&[csrf, host]), Ok(()));
        assert_eq!(checked(&[csrf, host, ("origin", "https://api.example")]), Ok(()));
        assert_eq!(checked(&[csrf, host, ("origin", "https://yard.example")]), Ok(()));
        for bad in ["https://evil.example", "https://yard.example.evil", "null", "http://yard.example"] {
            assert_eq!(checked(&[csrf, host, ("origin", bad)]), Err("csrf_origin".to_owned()), "{bad}");
        }
        assert_eq!(checked(&[csrf, host, ("sec-fetch-site", "cross-site")]), Err("csrf_origin".to_owned()));
    }
}
