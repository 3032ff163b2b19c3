//! Grams: what is indexed of a text, so that a word of a query is found inside longer words: each character
//! of Hangul, kana and Han by itself and with the next one; words of other scripts whole. A word of a query
//! is then a phrase of grams, one after the other. The grams need no dictionary and know no particles: 한글 is
//! in 한글은, 한글로 and 대한글자 alike.

use super::fold::is_cjk;

/// A gram: what is indexed at one place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gram {
    /// The gram's place, counted in characters of CJK scripts, words of others, and gaps between words.
    pub place: usize,
    /// The gram's term: one character, two, or a word; with [`BEGIN`] before it where a word begins there.
    pub term: String,
}

/// The character before a gram that begins a word.
pub const BEGIN: char = '\u{2}';

/// The number of characters after which a word of another script is cut: nobody types so much.
const LONGEST: usize = 40;

/// A unit: one character of a CJK script, or a word of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// The unit's place, counted in units, and gaps between words.
    pub place: usize,
    /// The character, or the word.
    pub text: String,
    /// True if the unit is a character of a CJK script.
    pub is_cjk: bool,
    /// True if nothing of a word is right before the unit.
    pub begins: bool,
}

/// Returns the units of a folded text. A character that is neither letter nor number parts words.
#[must_use]
pub fn units(folded: &[char]) -> Vec<Unit> {
    let mut units: Vec<Unit> = vec![];
    let (mut place, mut gap, mut begins) = (0, false, true);
    let mut in_word = false;
    for &c in folded {
        if !c.is_alphanumeric() {
            (gap, in_word, begins) = (!units.is_empty(), false, true);
            continue;
        }
        if gap {
            place += 1;
            gap = false;
        }
        let cjk = is_cjk(c);
        if !cjk && in_word {
            let word = &mut units.last_mut().expect("a word has begun").text;
            if word.chars().count() < LONGEST {
                word.push(c);
            }
            continue;
        }
        units.push(Unit { place, text: c.into(), is_cjk: cjk, begins });
        (place, in_word, begins) = (place + 1, !cjk, false);
    }
    units
}

/// Returns the grams that are indexed of a folded text.
#[must_use]
pub fn grams(folded: &[char]) -> Vec<Gram> {
    let units = units(folded);
    let mut grams = vec![];
    for (at, unit) in units.iter().enumerate() {
        let mut add = |term: String| {
            if unit.begins {
                grams.push(Gram { place: unit.place, term: format!("{BEGIN}{term}") });
            }
            grams.push(Gram { place: unit.place, term });
        };
        add(unit.text.clone());
        if let Some(pair) = pair(&units, at) {
            add(pair);
        }
    }
    grams
}

/// Returns the pair of the unit and the next one, if both are characters of CJK scripts, one after the other.
fn pair(units: &[Unit], at: usize) -> Option<String> {
    let (unit, next) = (units.get(at)?, units.get(at + 1)?);
    (unit.is_cjk && next.is_cjk && next.place == unit.place + 1)
        .then(|| format!("{}{}", unit.text, next.text))
}

/// Returns the grams that are found one after the other wherever a folded text contains these characters. The
/// last word of another script stands whole.
#[must_use]
pub fn needle(folded: &[char]) -> Vec<Gram> {
    let units = units(folded);
    let mut needle = vec![];
    let mut covered = 0;
    for (at, unit) in units.iter().enumerate() {
        if let Some(term) = pair(&units, at) {
            // Pairs that overlap are more than needed, every second would do; but rare ones make the search
            // short.
            needle.push(Gram { place: unit.place, term });
            covered = at + 2;
        } else if at >= covered {
            needle.push(Gram { place: unit.place, term: unit.text.clone() });
        }
    }
    needle
}

#[cfg(test)]
mod tests {
    use super::super::fold;
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str) -> Vec<(usize, String)> {
        grams(&fold(text).chars).into_iter().map(|gram| (gram.place, gram.term)).collect()
    }

    fn find(text: &str, word: &str) -> bool {
        let grams = grams(&fold(text).chars);
        let needle = needle(&fold(word).chars);
        let Some(first) = needle.first() else { return false };
        let starts = grams.iter().filter(|gram| gram.term == first.term).map(|gram| gram.place);
        starts.into_iter().any(|start| {
            needle.iter().all(|wanted| {
                let place = start + wanted.place - first.place;
                grams.iter().any(|gram| gram.place == place && gram.term == wanted.term)
            })
        })
    }

    #[test]
    fn characters_and_pairs_know_their_places_and_where_words_begin() {
        let begins = |term: &str| format!("{BEGIN}{term}");
        let expected = [
            (0, begins("한")),
            (0, "한".into()),
            (0, begins("한글")),
            (0, "한글".into()),
            (1, "글".into()),
            (3, begins("abc")),
            (3, "abc".into()),
            (4, "은".into()),
        ];
        assert_eq!(of("한글 ABC은!"), expected);
    }

    #[test]
    fn a_word_is_found_inside_others_and_with_any_particle() {
        for text in ["한글은", "한글로 쓴다", "대한글자", "「한글」", "7월의한글날"] {
            assert!(find(text, "한글"), "{text}");
        }
        for text in ["한 글", "한국글", "글한"] {
            assert!(!find(text, "한글"), "{text}");
        }
        assert!(find("12월 7일", "7일") && find("rust로 짠", "rust로") && find("가나다", "나"));
        assert!(find("東京都に住む", "京都") && find("私はパンを", "パン"));
        assert!(find("오늘 밤, 한강", "밤, 한") && !find("오늘 밤한강", "밤 한"));
    }

    proptest! {
        #[test]
        fn every_part_of_hangul_is_found_where_it_is(text in "[가-다 ]{1,30}", from in 0_usize..30, len in 1_usize..6) {
            let chars: Vec<char> = text.chars().collect();
            let part: String = chars.iter().skip(from).take(len).collect();
            if !part.trim().is_empty() {
                prop_assert!(find(&text, part.trim()), "{} in {}", part, text);
            }
        }

        #[test]
        fn what_is_not_there_is_not_found(text in "[가-나 ]{0,20}", word in "[가-나]{1,4}") {
            prop_assert_eq!(find(&text, &word), text.contains(&word));
        }
    }
}
