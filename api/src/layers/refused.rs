//! The answer to an asker who sends too many requests: a problem to programs, a page to people.

use super::rate_limit::Standing;
use crate::edge::Problem;
use crate::edge::language::language;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use vault::mail::Language;

/// Returns the problem for programs.
pub fn problem(standing: Standing) -> Problem {
    let wait = standing.reset_seconds();
    let detail = format!("Too many requests in a minute. Repeat in {wait} seconds.");
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail).retry_after(wait)
}

/// Returns true if the request asks for a page, rather than data.
pub fn reads_pages(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|kind| kind.trim().starts_with("text/html"))
}

/// Returns the page for people, in the reader's language. The site's script shows the `#results` of this page
/// as those of any page; the link is to the same address.
pub fn page(standing: Standing, headers: &HeaderMap) -> Response {
    let wait = standing.reset_seconds();
    let (code, title, advice, again) = match language(headers) {
        Language::Korean => {
            ("ko", "너무 자주 요청했어요", format!("{wait}초 뒤에 다시 해 주세요."), "다시 하기")
        }
        Language::English => {
            ("en", "Too many requests", format!("Try again in {wait} seconds."), "Try again")
        }
    };
    let html =
        format!(include_str!("refused.html"), code = code, title = title, advice = advice, again = again);
    let mut response = (StatusCode::TOO_MANY_REQUESTS, Html(html)).into_response();
    let out = response.headers_mut();
    out.insert(header::RETRY_AFTER, HeaderValue::from(wait));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_reads_pages_and_a_program_reads_data() {
        let accepts = |accepted: &'static str| {
            reads_pages(&HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accepted))]))
        };
        assert!(accepts("text/html"));
        assert!(accepts("application/xhtml+xml, text/html;q=0.9, */*;q=0.8"));
        assert!(!accepts("*/*"));
        assert!(!accepts("application/json"));
        assert!(!reads_pages(&HeaderMap::new()));
    }
}
