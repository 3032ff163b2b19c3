//! The parts that all pages share: their frame, their headers, and the page of a failure.

use super::address::SearchPageQuery;
use super::text::Text;
use super::visit::Visit;
use crate::app::App;
use crate::edge::{Problem, cut};
use crate::media::dto::PhotoUrls;
use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

/// The frame around a page's own content, and the data for those who link to the page.
pub(crate) struct Frame {
    pub(crate) text: &'static Text,
    pub(crate) title: String,
    pub(crate) description: String,
    /// The page's address for everyone.
    pub(crate) address: String,
    /// The address of a picture to go with a link, if there is one.
    pub(crate) image: Option<String>,
    /// The page's type, in the words of Open Graph (<https://ogp.me>).
    pub(crate) kind: &'static str,
    /// The words in the search field.
    pub(crate) words: String,
    /// True if the reader is logged in, so that their searches can be remembered.
    pub(crate) is_known: bool,
}

impl Frame {
    /// Makes the frame of a page at this path.
    pub(crate) fn of(app: &App, visit: &Visit, path: &str, title: &str) -> Self {
        let text = visit.text();
        Self {
            text,
            title: format!("{title} · {}", text.name),
            description: text.about.to_owned(),
            address: format!("{}{path}", app.settings.public_url),
            image: None,
            kind: "website",
            words: String::new(),
            is_known: visit.reader.person.is_some(),
        }
    }
}

/// Returns the beginning of a text, on one line, for previews of links to it.
pub(crate) fn summary(text: &str) -> String {
    const LONGEST: usize = 160;
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    match cut::end(&line, LONGEST) {
        end if end < line.len() => format!("{}…", line[..end].trim_end()),
        _ => line,
    }
}

/// Renders a page as the response.
pub(crate) fn answer(app: &App, status: StatusCode, page: &impl Template) -> Response {
    let html = match page.render() {
        Ok(html) => html,
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            return Problem::internal().into_response();
        }
    };
    let mut response = (status, Html(html)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy(app));
    headers.insert(header::VARY, HeaderValue::from_static("accept-language, authorization, cookie"));
    // The page depends on its reader; going back may show it again.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

/// Returns the policy of pages: nothing from outside is loaded but photos from their storage, and no script
/// in a page itself is run.
fn policy(app: &App) -> HeaderValue {
    let photos = app.part::<PhotoUrls>().origin().unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' {photos}; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).expect("an origin is ASCII")
}

/// A failure in words for the reader.
pub(crate) struct Failure {
    pub(crate) title: &'static str,
    pub(crate) advice: &'static str,
    pub(crate) can_be_repeated: bool,
}

impl Failure {
    pub(crate) fn of(text: &Text, problem: &Problem) -> Self {
        let (title, advice, can_be_repeated) = match problem.status() {
            StatusCode::NOT_FOUND => (text.not_found, text.not_found_advice, false),
            StatusCode::BAD_REQUEST => (text.wrong, text.limits, false),
            _ => (text.away, text.away_advice, true),
        };
        Self { title, advice, can_be_repeated }
    }
}

#[derive(Template)]
#[template(path = "site/templates/failed.html")]
struct Failed {
    frame: Frame,
    failure: Failure,
    again: String,
}

/// Answers with the page of a failure.
pub(crate) fn failed(app: &App, visit: &Visit, problem: &Problem) -> Response {
    let failure = Failure::of(visit.text(), problem);
    let mut frame = Frame::of(app, visit, visit.uri.path(), failure.title);
    frame.words = SearchPageQuery::read(&visit.uri).map(|query| query.q).unwrap_or_default();
    let again = visit.uri.path_and_query().map_or("/", |address| address.as_str()).to_owned();
    answer(app, problem.status(), &Failed { frame, failure, again })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_one_line_of_bounded_length() {
        assert_eq!(summary("가\n\n나  다"), "가 나 다");
        assert_eq!(summary(&"가".repeat(200)), format!("{}…", "가".repeat(160)));
    }

    #[test]
    fn a_summary_ends_with_a_whole_family_and_a_whole_flag_or_before_it() {
        let (family, flag) = ("👨‍👩‍👧‍👦", "🇰🇷");
        let of =
            |before: usize| summary(&format!("{}{family}{flag}{}", "가".repeat(before), "끝".repeat(40)));
        assert_eq!(of(151), format!("{}{family}{flag}…", "가".repeat(151)));
        assert_eq!(of(152), format!("{}{family}…", "가".repeat(152)));
        for before in 154..160 {
            assert_eq!(of(before), format!("{}…", "가".repeat(before)));
        }
    }
}
