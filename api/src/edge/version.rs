//! Versions of aggregates as `ETag` and `If-Match`.

use super::problem::Problem;
use axum::http::{HeaderMap, HeaderValue, header};

/// The version that no aggregate has, so that a tag that is not ours matches none.
const NEVER: i64 = -1;

/// A strong entity tag such as `"7"`.
#[must_use]
pub fn etag(version: i64) -> HeaderValue {
    HeaderValue::try_from(format!("\"{version}\"")).expect("digits and quotes are ASCII")
}

/// The version that `If-Match` asks for; none without the header or for `*`.
///
/// # Errors
/// 400 for a list of tags or anything that is no entity tag.
pub fn if_match(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let mut values = headers.get_all(header::IF_MATCH).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return if headers.contains_key(header::IF_MATCH) { Err(not_one_tag()) } else { Ok(None) };
    };
    let text = value.to_str().map_err(|_| not_one_tag())?.trim();
    if text == "*" {
        return Ok(None);
    }
    // A weak tag is well-formed, and by RFC 9110 never equal to a strong one.
    let (weak, tag) = text.strip_prefix("W/").map_or((false, text), |tag| (true, tag));
    let inner = tag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).ok_or_else(not_one_tag)?;
    if inner.contains('"') {
        return Err(not_one_tag());
    }
    let version = inner.parse().ok().filter(|version: &i64| !weak && version.to_string() == inner);
    Ok(Some(version.unwrap_or(NEVER)))
}

fn not_one_tag() -> Problem {
    Problem::bad_parameter(
        "If-Match",
        "not_an_entity_tag",
        "must be one entity tag in quotes as an `ETag` header gave it, such as \"7\"",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<Option<i64>, u16> {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_MATCH, HeaderValue::from_str(text).expect("a header"));
        if_match(&headers).map_err(|problem| problem.status().as_u16())
    }

    #[test]
    fn what_etag_wrote_if_match_reads() {
        for version in [0, 1, 7, i64::MAX] {
            assert_eq!(read(etag(version).to_str().expect("ASCII")), Ok(Some(version)));
        }
    }

    #[test]
    fn a_star_asks_for_nothing_and_foreign_or_weak_tags_match_nothing() {
        assert_eq!(if_match(&HeaderMap::new()).ok(), Some(None));
        assert_eq!(read("*"), Ok(None));
        for never in ["W/\"7\"", "\"abc\"", "\"07\"", "\"+7\"", "\"\""] {
            assert_eq!(read(never), Ok(Some(NEVER)), "{never}");
        }
    }

    #[test]
    fn what_is_no_single_tag_is_refused() {
        for bad in ["7", "\"7", "\"7\", \"8\"", "\""] {
            assert_eq!(read(bad), Err(400), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn only_what_etag_writes_names_a_version(
            text in prop_oneof!["(W/)?\"?[0-9+-]{0,20}\"?", "[ -~]{0,20}", "\"[^\"\\PC]{0,9}\"(, )?\"?"]
        ) {
            let Ok(header) = HeaderValue::from_str(&text) else { return Ok(()) };
            let headers = HeaderMap::from_iter([(header::IF_MATCH, header)]);
            if let Ok(Some(version)) = if_match(&headers) {
                prop_assert!(version == NEVER || etag(version) == text.trim(), "{} for {:?}", version, text);
            }
        }
    }
}
