//! Lists: pages by cursor, their size, and the link to the next.

use super::cursor;
use super::fresh::Fresh;
use super::problem::{FieldError, Problem};
use crate::app::App;
use axum::body::Bytes;
use axum::extract::{FromRequestParts, Query};
use axum::http::{HeaderValue, Uri, header, request};
use axum::response::Response;
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};
use projections::Page;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::{IntoParams, ToSchema};

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    /// The page's items; there may be fewer than asked for even when more follow.
    pub items: Vec<T>,
    /// The cursor of the next page, to be given as `cursor`; null at the end.
    pub next_cursor: Option<String>,
}

/// The limit of a page: how many items it has at most, 1 to 100.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "u32")]
pub struct Limit(usize);

impl Default for Limit {
    fn default() -> Self {
        Self(20)
    }
}

impl TryFrom<u32> for Limit {
    type Error = &'static str;

    fn try_from(number: u32) -> Result<Self, Self::Error> {
        match usize::try_from(number) {
            Ok(limit @ 1..=100) => Ok(Self(limit)),
            Ok(_) | Err(_) => Err("must be from 1 to 100"),
        }
    }
}

impl From<Limit> for usize {
    fn from(limit: Limit) -> Self {
        limit.0
    }
}

/// The query string of a list.
pub trait Paged {
    /// The page's limit: how many items at most.
    fn limit(&self) -> Limit;
    /// The cursor where the page begins.
    fn cursor(&self) -> Option<&str>;
}

/// The query string of a list that has no other parameters.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// The page's limit: how many items at most.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 100, default = 20, required = false)]
    limit: Limit,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

impl Paged for PageQuery {
    fn limit(&self) -> Limit {
        self.limit
    }

    fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }
}

/// A request for a page of a list.
#[derive(Debug)]
pub struct Listing<Q = PageQuery> {
    /// The parsed query string.
    pub query: Q,
    uri: Uri,
}

impl<Q: DeserializeOwned + Send> FromRequestParts<App> for Listing<Q> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, _app: &App) -> Result<Self, Problem> {
        Ok(Self { query: query(&parts.uri)?, uri: parts.uri.clone() })
    }
}

/// Reads a query string.
///
/// # Errors
/// 400 for unknown parameters and values of another kind.
pub fn query<Q: DeserializeOwned>(uri: &Uri) -> Result<Q, Problem> {
    let Query(query) = Query::try_from_uri(uri).map_err(|rejection| {
        let words = rejection.body_text();
        let words = words.strip_prefix("Failed to deserialize query string: ").unwrap_or(&words);
        Problem::bad_request("invalid_query", format!("The query string is not acceptable: {words}."))
    })?;
    Ok(query)
}

/// The problem of a query parameter that does not mean anything here.
#[must_use]
pub fn bad_parameter(parameter: &'static str, invalid: &domain::value::Invalid) -> Problem {
    Problem::bad_request("invalid_query", format!("`{parameter}` {invalid}."))
        .with_errors(vec![FieldError::of(parameter, invalid.code(), invalid.to_string())])
}

/// The words for a text that [`moment`] does not take.
pub const MOMENT: &str = "must be a day such as 2026-11-22, or a time such as 2026-11-22T09:00:00Z";

/// Parses a day, which begins at midnight of UTC, or a time (RFC 3339), of the years 1 to 9999: Postgres and JSON
/// have them all.
#[must_use]
pub fn moment(text: &str) -> Option<DateTime<Utc>> {
    let day = || Some(text.parse::<NaiveDate>().ok()?.and_time(NaiveTime::MIN).and_utc());
    let time = DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc()).or_else(day);
    time.filter(|time| (1..=9_999).contains(&time.year()))
}

/// Parses a [`moment`] of a query string.
///
/// # Errors
/// 400 for any other text.
pub fn time(parameter: &'static str, text: Option<&str>) -> Result<Option<DateTime<Utc>>, Problem> {
    let Some(text) = text else { return Ok(None) };
    moment(text).map(Some).ok_or_else(|| Problem::bad_parameter(parameter, "invalid_time", MOMENT))
}

impl<Q: Paged> Listing<Q> {
    /// The page's limit: how many items at most.
    pub fn limit(&self) -> usize {
        self.query.limit().into()
    }

    /// The key to continue after, in the list of this name.
    ///
    /// # Errors
    /// 400 for a cursor of another list, or none of ours.
    pub fn after<K: DeserializeOwned>(&self, list: &str) -> Result<Option<K>, Problem> {
        self.query.cursor().map(|text| cursor::read(list, text)).transpose()
    }

    /// Answers with a page of the list of this name.
    pub fn answer<T: Serialize, K: Serialize>(&self, list: &str, fresh: Fresh, page: Page<T, K>) -> Response {
        self.write(list, page).answer(fresh)
    }

    /// A page of the list of this name, ready to go out.
    pub fn write<T: Serialize, K: Serialize>(&self, list: &str, page: Page<T, K>) -> Written {
        let next_cursor = page.next.map(|after| cursor::write(list, &after));
        let link = next_cursor.as_deref().map(|cursor| link(&self.uri, cursor));
        let body = serde_json::to_vec(&List { items: page.items, next_cursor }).expect("plain data");
        Written { body: body.into(), link }
    }

    /// Answers with a page that says more than a [`List`].
    pub fn answer_as(&self, fresh: Fresh, next_cursor: Option<&str>, page: impl Serialize) -> Response {
        let link = next_cursor.map(|cursor| link(&self.uri, cursor));
        let body = serde_json::to_vec(&page).expect("plain data");
        Written { body: body.into(), link }.answer(fresh)
    }

    /// The answer with the link to the next page.
    pub fn linked(&self, next_cursor: Option<&str>, mut answer: Response) -> Response {
        if let Some(cursor) = next_cursor {
            answer.headers_mut().insert(header::LINK, link(&self.uri, cursor));
        }
        answer
    }

    /// The query string as the client sent it.
    #[must_use]
    pub fn query_string(&self) -> &str {
        self.uri.query().unwrap_or_default()
    }
}

/// A page as it goes out, all but its freshness. It is cheap to clone.
#[derive(Clone, Debug)]
pub struct Written {
    body: Bytes,
    link: Option<HeaderValue>,
}

impl Written {
    /// Answers with the page.
    pub fn answer(self, fresh: Fresh) -> Response {
        let mut response = fresh.written(self.body);
        if let Some(link) = self.link {
            response.headers_mut().insert(header::LINK, link);
        }
        response
    }

    /// The size of the page in bytes, about.
    #[must_use]
    pub fn size(&self) -> usize {
        self.body.len() + self.link.as_ref().map_or(0, HeaderValue::len)
    }
}

fn link(uri: &Uri, cursor: &str) -> HeaderValue {
    let mut target = format!("<{}?", uri.path());
    let pairs = uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    for pair in pairs.filter(|pair| pair.split('=').next() != Some("cursor")) {
        target.push_str(pair);
        target.push('&');
    }
    let link = format!("{target}cursor={cursor}>; rel=\"next\"");
    // A request target may hold bytes beyond ASCII as they are; headers may, too.
    HeaderValue::from_maybe_shared(link.into_bytes()).expect("a request target has no control characters")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<PageQuery, u16> {
        query(&text.parse().expect("a URI")).map_err(|problem| problem.status().as_u16())
    }

    #[test]
    fn a_page_has_one_to_a_hundred_items_and_twenty_unless_told() {
        assert_eq!(usize::from(read("/v1/posts").expect("fine").limit), 20);
        assert_eq!(usize::from(read("/v1/posts?limit=100").expect("fine").limit), 100);
        for bad in ["limit=0", "limit=101", "limit=-1", "limit=x", "limit=", "limt=3", "limit=1&limit=2"] {
            assert_eq!(read(&format!("/v1/posts?{bad}")).map(|_| ()), Err(400), "{bad}");
        }
    }

    #[test]
    fn the_link_keeps_the_other_parameters_and_replaces_the_cursor() {
        let uri: Uri = "/v1/posts?tag=%ED%95%9C&cursor=old&limit=5".parse().expect("a URI");
        assert_eq!(link(&uri, "new"), "</v1/posts?tag=%ED%95%9C&limit=5&cursor=new>; rel=\"next\"");
        assert_eq!(link(&"/v1/users".parse().expect("a URI"), "c"), "</v1/users?cursor=c>; rel=\"next\"");
    }
}
