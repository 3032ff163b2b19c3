//! Versions of aggregates as `ETag` and `If-Match`.

use super::problem::Problem;
use axum::http::{HeaderMap, HeaderValue, header};

/// A strong entity tag such as `"7"`.
#[must_use]
pub fn etag(version: i64) -> HeaderValue {
    HeaderValue::try_from(format!("\"{version}\"")).expect("digits and quotes are ASCII")
}

/// The versions one of which `If-Match` asks for; none without the header or for `*`. The tags may stand in a list and
/// on several lines (RFC 9110, section 13.1.1). A tag that is not as [`etag`] wrote it, a weak one for instance, is no
/// version's: weak tags are never equal to strong ones.
///
/// # Errors
/// 400 for anything that is no list of entity tags.
pub fn if_match(headers: &HeaderMap) -> Result<Option<Vec<i64>>, Problem> {
    let lines: Result<Vec<&str>, _> =
        headers.get_all(header::IF_MATCH).iter().map(HeaderValue::to_str).collect();
    let lines: Vec<&str> = lines.map_err(|_| no_tags())?.into_iter().map(str::trim).collect();
    if matches!(lines.as_slice(), [] | ["*"]) {
        return Ok(None);
    }
    let (mut versions, mut tags) = (vec![], 0);
    for mut rest in lines {
        loop {
            // A list may have empty places.
            rest = rest.trim_start_matches([',', ' ', '\t']);
            if rest.is_empty() {
                break;
            }
            let (version, behind) = tag(rest).ok_or_else(no_tags)?;
            rest = behind.trim_start();
            if !rest.is_empty() && !rest.starts_with(',') {
                return Err(no_tags());
            }
            versions.extend(version);
            tags += 1;
        }
    }
    if tags == 0 { Err(no_tags()) } else { Ok(Some(versions)) }
}

/// Reads the tag at the beginning of a list: its version, if it is one's, and what stands behind it.
fn tag(list: &str) -> Option<(Option<i64>, &str)> {
    let (is_weak, strong) = list.strip_prefix("W/").map_or((false, list), |tag| (true, tag));
    let (inner, behind) = strong.strip_prefix('"')?.split_once('"')?;
    let version = inner.parse().ok().filter(|version: &i64| !is_weak && version.to_string() == inner);
    Some((version, behind))
}

fn no_tags() -> Problem {
    Problem::bad_parameter(
        "If-Match",
        "not_an_entity_tag",
        "must be an entity tag in quotes as an `ETag` header gave it, such as \"7\", or several with commas between",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read_lines(lines: &[&str]) -> Result<Option<Vec<i64>>, u16> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::IF_MATCH, HeaderValue::from_str(line).expect("a header"));
        }
        if_match(&headers).map_err(|problem| problem.status().as_u16())
    }

    fn read(text: &str) -> Result<Option<Vec<i64>>, u16> {
        read_lines(&[text])
    }

    #[test]
    fn what_etag_wrote_if_match_reads() {
        for version in [0, 1, 7, i64::MAX] {
            assert_eq!(read(etag(version).to_str().expect("ASCII")), Ok(Some(vec![version])));
        }
    }

    #[test]
    fn a_star_asks_for_nothing_and_foreign_or_weak_tags_match_nothing() {
        assert_eq!(read_lines(&[]), Ok(None));
        assert_eq!(read("*"), Ok(None));
        for never in
            ["W/\"7\"", "\"abc\"", "\"07\"", "\"+7\"", "\"\"", "\"7-gzip\"", "\"7,8\"", "W/\"7\", W/\"8\""]
        {
            assert_eq!(read(never), Ok(Some(vec![])), "{never}");
        }
    }

    #[test]
    fn tags_may_stand_in_a_list_and_on_several_lines() {
        for list in [
            "\"7\", \"8\"",
            "\"7\",\"8\"",
            "\"7\" ,\t\"8\",",
            ", \"7\",, \"8\"",
            "\"7\", W/\"9\", \"a,b\", \"8\"",
        ] {
            assert_eq!(read(list), Ok(Some(vec![7, 8])), "{list}");
        }
        assert_eq!(read_lines(&["\"7\"", "\"8\", \"9\""]), Ok(Some(vec![7, 8, 9])));
        assert_eq!(read_lines(&["\"7\"", ""]), Ok(Some(vec![7])));
    }

    #[test]
    fn what_is_no_list_of_tags_is_refused() {
        for bad in [
            "",
            ",",
            "7",
            "\"7",
            "\"",
            "\"7\" \"8\"",
            "\"7\"\"8\"",
            "\"7\", 8",
            "\"7\", *",
            "*, *",
            "w/\"7\"",
            "W/7",
        ] {
            assert_eq!(read(bad), Err(400), "{bad}");
        }
        assert_eq!(read_lines(&["*", "*"]), Err(400));
        assert_eq!(read_lines(&["\"7\"", "*"]), Err(400));
    }

    proptest! {
        #[test]
        fn only_what_etag_writes_names_a_version(
            text in prop_oneof!["(W/)?\"?[0-9+-]{0,20}\"?(, \"[0-9]{0,3}\")?", "[ -~]{0,20}", "\"[^\"\\PC]{0,9}\"(, )?\"?"]
        ) {
            let Ok(header) = HeaderValue::from_str(&text) else { return Ok(()) };
            let headers = HeaderMap::from_iter([(header::IF_MATCH, header)]);
            for version in if_match(&headers).ok().flatten().unwrap_or_default() {
                let written = etag(version);
                let written = written.to_str().expect("ASCII");
                prop_assert!(text.contains(written), "{} for {:?}", version, text);
            }
        }
    }
}
