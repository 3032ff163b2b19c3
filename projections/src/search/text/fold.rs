//! The folding of texts, after which equal texts count as the same: NFKC, small letters, and Hangul put
//! together however it was typed.

use super::initials::INITIALS;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A folded text, with the place in the original from which each of its characters came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// The characters that are compared.
    pub chars: Vec<char>,
    /// The byte range of the original for which each character stands.
    pub origins: Vec<(usize, usize)>,
}

/// Folds a text piece by piece, a piece being a character with what combines with it, so that every folded character
/// knows its place in the original.
#[must_use]
pub fn fold(text: &str) -> Folded {
    let mut folded = Folded::default();
    let mut begin = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((_, first)) = chars.next() {
        let mut last = first;
        while let Some(&(_, next)) = chars.peek() {
            if !joins(last, next) {
                break;
            }
            last = next;
            chars.next();
        }
        let end = chars.peek().map_or(text.len(), |&(at, _)| at);
        let piece = &text[begin..end];
        if is_letter_alone(piece) {
            // A letter alone is left as it is: NFKC would have it wait for a vowel to join.
            folded.push(first, (begin, end));
        } else {
            let chars = piece.nfkc().flat_map(char::to_lowercase).nfc();
            chars.for_each(|c| folded.push(alone(c), (begin, end)));
        }
        begin = end;
    }
    folded
}

impl Folded {
    fn push(&mut self, c: char, origin: (usize, usize)) {
        self.chars.push(c);
        self.origins.push(origin);
    }
}

fn is_letter_alone(piece: &str) -> bool {
    let mut chars = piece.chars();
    matches!((chars.next(), chars.next()), (Some('\u{3131}'..='\u{318e}'), None))
}

/// Returns the letter by itself for a conjoining initial with nothing to join.
fn alone(c: char) -> char {
    match c {
        '\u{1100}'..='\u{1112}' => INITIALS[c as usize - 0x1100],
        other => other,
    }
}

/// Returns true if `next` changes or completes what is before it: an accent, or a vowel or final of
/// conjoining Hangul.
fn joins(last: char, next: char) -> bool {
    let syllable_without_final =
        matches!(last, '\u{ac00}'..='\u{d7a3}') && (last as u32 - 0xac00).is_multiple_of(28);
    match next {
        '\u{1161}'..='\u{1175}' => matches!(last, '\u{1100}'..='\u{1112}'),
        '\u{11a8}'..='\u{11c2}' => matches!(last, '\u{1161}'..='\u{1175}') || syllable_without_final,
        // The marks are the voiced marks of half-width kana.
        '\u{ff9e}' | '\u{ff9f}' => true,
        _ => is_combining_mark(next),
    }
}

/// Returns true of Hangul, kana and Han: scripts in which words are not parted by spaces, or grow at their
/// ends as Korean ones do.
#[must_use]
pub fn is_cjk(c: char) -> bool {
    matches!(c,
        '\u{1100}'..='\u{11ff}' | '\u{3131}'..='\u{318e}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30ff}' | '\u{3005}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn folded(text: &str) -> String {
        fold(text).chars.into_iter().collect()
    }

    #[test]
    fn hangul_counts_the_same_however_it_was_typed() {
        let typed: String = "한글 각".nfd().collect();
        assert_ne!(typed, "한글 각");
        assert_eq!(folded(&typed), "한글 각");
        // The syllable comes with a final of its own, as some keyboards send it.
        assert_eq!(folded("가\u{11a8}"), "각");
    }

    #[test]
    fn width_and_case_do_not_count() {
        assert_eq!(folded("ＡＢＣ ﾊﾟﾝ Straße ÉTÉ"), "abc パン straße été");
    }

    #[test]
    fn each_character_knows_where_it_came_from() {
        let typed: String = "각A".nfd().collect();
        let folded = fold(&typed);
        assert_eq!(folded.chars, ['각', 'a']);
        assert_eq!(folded.origins, [(0, 9), (9, 10)]);
        assert_eq!(super::fold("ㄱㅏ\u{1100}").chars, ['ㄱ', 'ㅏ', 'ㄱ'], "letters by themselves stay so");
        // One character may become several.
        let folded = fold("㎏!");
        assert_eq!((folded.chars, folded.origins), (vec!['k', 'g', '!'], vec![(0, 3), (0, 3), (3, 4)]));
    }

    proptest! {
        #[test]
        fn folding_again_changes_nothing_and_origins_cover_the_text(text in "\\PC{0,30}") {
            let once = fold(&text);
            let again: String = once.chars.iter().collect();
            prop_assert_eq!(&fold(&again).chars, &once.chars);
            let mut end = 0;
            for &(from, to) in &once.origins {
                prop_assert!(text.is_char_boundary(from) && text.is_char_boundary(to) && from < to);
                prop_assert!(from == end || to == end, "{} after {}", from, end);
                end = to;
            }
        }

        #[test]
        fn nfd_and_nfc_fold_alike(text in "[가-힣 a-zé]{0,20}") {
            let apart: String = text.nfd().collect();
            prop_assert_eq!(fold(&apart).chars, fold(&text).chars);
        }
    }
}
