//! The most used tags, and one tag.

use super::dto::{Tag, TagPage};
use crate::app::App;
use crate::edge::list::Limit;
use crate::edge::path::TagName;
use crate::edge::{List, Problem, Reader, list};
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use projections::tags::query;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;
use utoipa::IntoParams;

const PREFIX_MAX: usize = 50;

/// The query string of the list of tags.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TagsQuery {
    /// Only tags that begin with this; with or without `#`.
    prefix: Option<String>,
    /// The page's limit: how many items at most.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 100, default = 20, required = false)]
    limit: Limit,
}

/// List tags, the most used first
///
/// The answer is one page only: a reader who looks further down narrows by prefix.
#[utoipa::path(
    get, path = "/v1/tags", tag = "tags",
    params(TagsQuery),
    responses((status = 200, description = "Tags.", body = List<Tag>)),
    security((), ("bearer" = []))
)]
pub async fn list_tags(State(app): State<App>, uri: Uri, reader: Reader) -> Result<Response, Problem> {
    let TagsQuery { prefix, limit } = list::query(&uri)?;
    let prefix = prefix.map(|prefix| beginning(&prefix)).transpose()?;
    let fresh = reader.see(&app, &["tags"]).await;
    let tags = app.read(|| query::top(&app.reads, prefix.as_deref(), limit.into())).await?;
    Ok(fresh.json(List { items: tags.into_iter().map(Tag::from).collect(), next_cursor: None }))
}

/// Read a tag
///
/// A tag that nobody uses is found, too, so that it can be followed. The tag `trending` is found as
/// `%23trending`, with its `#`.
#[utoipa::path(
    get, path = "/v1/tags/{tag}", tag = "tags",
    params(("tag" = String, Path, description = "The tag, with or without `#`.")),
    responses((status = 200, description = "The tag.", body = TagPage)),
    security((), ("bearer" = []))
)]
pub async fn get_tag(
    State(app): State<App>,
    TagName(tag): TagName,
    reader: Reader,
) -> Result<Response, Problem> {
    let fresh = reader.see(&app, &["tags"]).await;
    let page = app.read(|| query::by_name(&app.reads, tag.as_str(), reader.viewer())).await?;
    Ok(fresh.json(TagPage::from(page)))
}

/// Returns a prefix in the form of stored tags: NFC and lower case. A prefix may be what no tag could be,
/// such as digits alone.
fn beginning(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let text: String = text.strip_prefix(['#', '＃']).unwrap_or(text).nfc().collect();
    if text.chars().count() > PREFIX_MAX || text.chars().any(is_no_text) {
        let detail = "must have at most 50 characters, without control characters";
        return Err(Problem::bad_parameter("prefix", "invalid_prefix", detail));
    }
    Ok(text.to_lowercase())
}

/// Returns true for a control character, and for the replacement character, which stands where the query
/// string was not UTF-8.
fn is_no_text(c: char) -> bool {
    c.is_control() || c == char::REPLACEMENT_CHARACTER
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_takes_the_form_of_stored_tags() {
        assert_eq!(beginning(" #Run").ok(), Some("run".to_owned()));
        assert_eq!(beginning("＃20").ok(), Some("20".to_owned()));
        assert!(
            beginning("a\0").is_err()
                && beginning("\u{FFFD}").is_err()
                && beginning(&"a".repeat(51)).is_err()
        );
    }
}
