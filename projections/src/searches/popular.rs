//! Popular searches: queries of many people, which may be shown to everyone.

use super::key;

/// The least number of different people who must have searched for the same: what one or two did is theirs.
pub const PEOPLE_MIN: usize = 3;

/// The number of digits of a query from which on it may be a number that reaches a person, or that stands for
/// them.
const DIGITS: usize = 6;

/// Returns true if a query, as [`key`] has it, leads to nobody: it asks for no one's posts, and can be no
/// address, handle, link or number of anyone. A query that is one of these only by chance is not shown
/// either.
#[must_use]
pub fn may_be_shown(key: &str) -> bool {
    let digits = key.chars().filter(|c| c.is_numeric()).count();
    digits < DIGITS && !["@", "from:", "://", "www."].iter().any(|part| key.contains(part))
}

/// Returns those of `popular` that hold what the person has typed: the queries that begin with it come first,
/// each in the order they had.
#[must_use]
pub fn matching<'a>(popular: &'a [String], typed: &str, limit: usize) -> Vec<&'a str> {
    let typed = key(typed);
    let (begin, hold): (Vec<&str>, Vec<&str>) = popular
        .iter()
        .map(String::as_str)
        .filter(|query| query.contains(&typed))
        .partition(|query| query.starts_with(&typed));
    begin.into_iter().chain(hold).take(limit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_may_lead_to_someone_is_not_shown() {
        for query in [
            "mina@example.kr",
            "감귤 ＠마당쇠",
            "from:mina 감귤",
            "감귤 FROM:mina",
            "010-1234-5678",
            "０１０ １２３４ ５６７８",
            "010에 1234에 5678",
            "12가3456",
            "900101-1",
            "٠١٠١٢٣٤",
            "https://yard.example/p?t=secret",
            "www.yard.example",
        ] {
            assert!(!may_be_shown(&key(query)), "{query}");
        }
        for query in ["감귤 -광고", "#한강", "\"밤 산책\"", "2026 벚꽃", "c++", "24시 카페"] {
            assert!(may_be_shown(&key(query)), "{query}");
        }
    }

    #[test]
    fn what_begins_as_typed_comes_first() {
        let popular = ["제주 감귤", "감귤", "한라봉", "감귤 주스"].map(ToOwned::to_owned);
        assert_eq!(matching(&popular, " 감귤", 9), ["감귤", "감귤 주스", "제주 감귤"]);
        assert_eq!(matching(&popular, "", 2), ["제주 감귤", "감귤"]);
        assert_eq!(matching(&popular, "바다", 9), [""; 0]);
    }

    proptest! {
        #[test]
        fn no_number_is_shown_however_it_is_parted(
            digits in "[0-9]{6,12}", parts in proptest::collection::vec("[-. ()+/a-z가-힣]{0,2}", 12)
        ) {
            let query: String = digits.chars().zip(parts).map(|(digit, part)| format!("{digit}{part}")).collect();
            prop_assert!(!may_be_shown(&key(&query)));
        }

        #[test]
        fn no_address_is_shown(name in "[a-zA-Z가-힣]{1,9}", mark in "[@＠﹫]", host in "[a-z]{1,9}\\.kr") {
            let address = format!("{name}{mark}{host}");
            prop_assert!(!may_be_shown(&key(&address)));
        }
    }
}
