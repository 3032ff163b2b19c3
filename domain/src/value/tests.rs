//! Tests of all values: whatever is typed, the input is refused or becomes a value that is read the same ever
//! after.

use super::{
    AlternativeText, Bio, CommentText, DisplayName, Handle, Invalid, Link, Links, Marks, Mentions, PostText,
    Tag, Title,
};
use proptest::prelude::*;
use proptest::sample::select;

/// Makes texts of what tends to go wrong: marks, blanks, other forms of the same letter, what can't be seen.
fn anything() -> impl Strategy<Value = String> {
    let odd = select(vec![
        "#",
        "＃",
        "@",
        "＠",
        "_",
        " ",
        "\u{a0}",
        "\n",
        "\r\n",
        "\0",
        "\t",
        "İ",
        "ß",
        "ǆ",
        "ﬁ",
        "Å",
        "e\u{301}",
        "\u{1112}\u{1161}\u{11ab}",
        "ㅋ",
        "한",
        "は",
        "А",
        "а",
        "l",
        "I",
        "1",
        "①",
        "\u{200d}",
        "\u{202e}",
        "\u{feff}",
        "😀",
        "\u{10ffff}",
        "é",
        "%",
        "/",
        "&",
        ".",
        "Ω",
        "K",
    ]);
    let piece =
        prop_oneof![4 => odd.prop_map(str::to_owned), 2 => "[a-zA-Z0-9가-힣]{1,8}", 1 => any::<String>()];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn address() -> impl Strategy<Value = String> {
    let scheme = select(vec!["http://", "https://", "HTTPS://", "ftp://", "//", "javascript:", " https://"]);
    let host = select(vec![
        "a.kr",
        "한국.kr",
        "127.1",
        "[::1]",
        "a.kr:80",
        "u@a.kr",
        "u:p@a.kr",
        "",
        "A.KR",
        "a..kr",
    ]);
    (scheme, host, "(/(\\PC{0,20}|[가-힣]{0,120}|\\.\\.|%zz))?(\\?\\PC{0,20})?(#\\PC{0,9})?")
        .prop_map(|(scheme, host, rest)| format!("{scheme}{host}{rest}"))
}

/// Checks that `parse` reads a stored value as the very value that it has accepted.
fn settled<T: PartialEq + std::fmt::Debug>(
    input: &str,
    parse: impl Fn(&str) -> Result<T, Invalid>,
    text: impl Fn(&T) -> String,
) -> Result<(), TestCaseError> {
    if let Ok(value) = parse(input) {
        let stored = text(&value);
        prop_assert!(!stored.contains('\0'), "Postgres takes no NUL");
        prop_assert_eq!(parse(&stored), Ok(value), "{:?} from {:?}", stored, input);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

    #[test]
    fn what_was_accepted_is_accepted_as_it_is_stored(input in anything()) {
        settled(&input, Handle::parse, |handle| handle.as_str().to_owned())?;
        settled(&input, Tag::parse, |tag| tag.as_str().to_owned())?;
        settled(&input, PostText::parse, |text| text.as_str().to_owned())?;
        settled(&input, CommentText::parse, |text| text.as_str().to_owned())?;
        settled(&input, AlternativeText::parse, |text| text.as_str().to_owned())?;
        settled(&input, Title::parse, |text| text.as_str().to_owned())?;
        settled(&input, DisplayName::parse, |text| text.as_str().to_owned())?;
        settled(&input, Bio::parse, |text| text.as_str().to_owned())?;
    }

    #[test]
    fn a_link_is_accepted_as_it_is_stored(input in prop_oneof![address(), anything()]) {
        let stored = |link: &Link| Links::new(vec![link.clone()]).expect("one").to_strings().concat();
        settled(&input, Link::parse, stored)?;
    }

    #[test]
    fn a_handles_key_is_settled_and_knows_no_case(input in anything()) {
        if let Ok(handle) = Handle::parse(&input) {
            prop_assert_eq!(Handle::key_of(&handle.key()), handle.key());
            let lower = handle.as_str().to_lowercase();
            prop_assert_eq!(Handle::key_of(&lower), handle.key(), "{}", lower);
        }
    }

    #[test]
    fn marks_are_what_could_have_been_written_alone(input in anything()) {
        let Marks { tags, mentions } = Marks::in_text(&input);
        for (n, tag) in tags.iter().enumerate() {
            prop_assert_eq!(Tag::parse(tag.as_str()), Ok(tag.clone()));
            prop_assert!(!tags[..n].contains(tag), "{:?} twice", tag);
        }
        for (n, handle) in mentions.iter().enumerate() {
            prop_assert_eq!(Handle::parse(handle.as_str()), Ok(handle.clone()));
            prop_assert!(!mentions[..n].contains(handle), "{:?} twice", handle);
        }
        prop_assert_eq!(Mentions::new(mentions.clone()).is_ok(), mentions.len() <= Mentions::MAX);
    }
}
