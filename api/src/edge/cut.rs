//! Cuts through texts, between what people see as characters. A flag, a family or a letter with its marks is many
//! characters of Unicode (a grapheme cluster), and a part of a cluster is another picture.

use unicode_segmentation::GraphemeCursor;

/// Returns the end of the longest beginning of a text that has at most so many characters of Unicode.
#[must_use]
pub fn end(text: &str, chars: usize) -> usize {
    let Some((at, _)) = text.char_indices().nth(chars) else { return text.len() };
    match before(text, at) {
        // A single cluster is longer than that: a letter with a tower of marks.
        0 => at,
        end => end,
    }
}

/// Returns the last place for a cut that is not behind `at`.
#[must_use]
pub fn before(text: &str, at: usize) -> usize {
    let mut cursor = GraphemeCursor::new(at, text.len(), true);
    match cursor.is_boundary(text, 0) {
        Ok(false) => cursor.prev_boundary(text, 0).ok().flatten().unwrap_or(0),
        // The whole text is there, so nothing is missing to decide it.
        Ok(true) | Err(_) => at,
    }
}

/// Returns the first place for a cut that is not before `at`.
#[must_use]
pub fn behind(text: &str, at: usize) -> usize {
    let mut cursor = GraphemeCursor::new(at, text.len(), true);
    match cursor.is_boundary(text, 0) {
        Ok(false) => cursor.next_boundary(text, 0).ok().flatten().unwrap_or(text.len()),
        Ok(true) | Err(_) => at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use unicode_segmentation::UnicodeSegmentation;

    const FAMILY: &str = "👨‍👩‍👧‍👦";
    const FLAG: &str = "🇰🇷";
    /// A syllable in its parts, a letter with two marks, a thumb with a colour, and two letters that are one in Hindi.
    const OTHERS: [&str; 4] = ["\u{1100}\u{1161}\u{11a8}", "e\u{301}\u{323}", "👍🏽", "क्ष"];

    #[test]
    fn what_is_seen_as_one_character_stays_whole_or_is_left_out() {
        for one in [FAMILY, FLAG].iter().chain(&OTHERS) {
            let text = format!("가{one}나");
            let whole = one.chars().count();
            for chars in 1..=whole {
                assert_eq!(&text[..end(&text, chars)], "가", "{one}, {chars}");
            }
            assert_eq!(&text[..end(&text, whole + 1)], format!("가{one}"), "{one}");
            assert_eq!(&text[..end(&text, whole + 2)], text, "{one}");
        }
    }

    #[test]
    fn flags_are_counted_from_their_row_s_beginning() {
        let row = FLAG.repeat(3);
        assert_eq!(&row[..end(&row, 3)], FLAG);
        assert_eq!(&row[..end(&row, 4)], FLAG.repeat(2));
    }

    #[test]
    fn a_tower_of_marks_longer_than_all_is_cut_all_the_same() {
        let tower = format!("a{}", "\u{301}".repeat(500));
        assert_eq!(tower[..end(&tower, 100)].chars().count(), 100);
        assert_eq!(end("", 5), 0);
    }

    proptest! {
        #[test]
        fn both_sides_of_a_cut_have_the_clusters_of_the_whole(
            pieces in prop::collection::vec(prop::sample::select(vec!["가", "a", " ", FAMILY, FLAG, "👍🏽", "क्ष"]), 0..40),
            chars in 0_usize..60,
        ) {
            let text = pieces.concat();
            let clusters = |text: &str| text.graphemes(true).count();
            let at = text.char_indices().nth(chars).map_or(text.len(), |(at, _)| at);
            for cut in [before(&text, at), behind(&text, at)] {
                let (head, tail) = text.split_at(cut);
                prop_assert_eq!(clusters(head) + clusters(tail), clusters(&text));
            }
            prop_assert!(before(&text, at) <= at && at <= behind(&text, at));
        }
    }
}
