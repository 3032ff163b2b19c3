//! Text as words that Meilisearch leaves as they are. Its tokenizer can't find a word inside a longer one without a
//! dictionary, and its phrases are exact for words only: so characters of CJK scripts become words of small Latin
//! letters, and a word of a query becomes a phrase of these. Each kind begins with a letter of its own:
//!
//! | | |
//! |---|---|
//! | `p` | two characters, one after the other: all of a run but its last, in order |
//! | `u` | the last character of a run |
//! | `g`, `j` | before a run's first character: a gap is before it, or a word of another script. `g` alone is a gap before such a word |
//! | `w` | a word of another script |
//! | `s` | a character somewhere: for a search for this character alone |
//! | `b`, `f` | the beginning of a word; the whole of a text: texts that have these words are found first |
//! | `x` | the beginning of a word of another script, open to typos |
//!
//! The text 한글은 쉽다 is `g한 p한글 p글은 u은 g쉽 p쉽다 u다`, letters aside. A text has 한글 where it has `p한글`, whatever
//! follows 글, and 글은 쉽 where it has `p글은 u은 g쉽`: there is one way to write each part of a text, but for its
//! first character.

use projections::search::text::{Unit, fold, units};
use projections::search::words::{Word, Words};
use std::collections::BTreeSet;

/// The number of words and phrases of a query that Meilisearch reads; it drops further ones.
const MOST: usize = 10;
/// The longest beginning, in characters, of a word of another script. A longer word is indexed whole beside
/// its beginnings.
const LONGEST_BEGINNING: usize = 20;

/// The indexed words of texts: those of each text in order, then those that need no order. Texts are items of
/// a list, so no phrase leads from one into the next.
pub(super) fn indexed<T: AsRef<str>>(texts: &[T]) -> Vec<String> {
    let mut indexed = vec![];
    let mut unordered = BTreeSet::new();
    for text in texts {
        let units = units(&fold(text.as_ref()).chars);
        if units.is_empty() {
            continue;
        }
        indexed.push(series(&units, true).join(" "));
        unordered.insert(whole(&units));
        for (at, unit) in units.iter().enumerate() {
            if unit.begins {
                unordered.extend(begins(&units[at..]));
            }
            if unit.is_cjk {
                unordered.insert(format!("s{}", code(&unit.text)));
            } else {
                unordered.extend(beginnings(&unit.text));
            }
        }
    }
    indexed.extend(unordered);
    indexed
}

/// A query as Meilisearch reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MeiliQuery {
    /// The query's words and phrases.
    pub(super) q: String,
    /// True if only the query's phrases must be found; its other words decide the order.
    pub(super) only_phrases: bool,
}

/// The query for words.
///
/// Meilisearch can be told to leave words of a query out, from its end on, but not phrases, nor the one word
/// that is all there is: so the words that only decide the order come last and may be missing. Where a word
/// open to typos stands beside others, it could be left out just as well: so there all words must be found,
/// and no word that begins a text's word puts that text first.
pub(super) fn meili_query(words: &Words) -> MeiliQuery {
    let mut query = all_must(words);
    let (open, phrases) = parts(words);
    query.only_phrases = open.is_empty() || (open.len() == 1 && phrases.is_empty());
    if query.only_phrases && !words.words.is_empty() {
        let begin = open.iter().chain(&phrases).filter_map(|word| begins(&units(&word.folded)).pop());
        let folded: Vec<&[char]> = words.words.iter().map(|word| word.folded.as_slice()).collect();
        let better: Vec<String> = begin.chain([whole(&units(&folded.join(&' ')))]).collect();
        query.q = format!("{} {}", query.q, better.join(" "));
    }
    query
}

/// The query for words of which each must be found, without words that only decide the order.
pub(super) fn all_must(words: &Words) -> MeiliQuery {
    let (open, phrases) = parts(words);
    // Words that must not be found come first: Meilisearch drops what comes after [`MOST`] words.
    let without = words.without.iter().map(|word| format!("-\"{}\"", phrase(word)));
    let open = open.iter().flat_map(|word| units(&word.folded)).map(|unit| format!("x{}", unit.text));
    let phrases = phrases.iter().map(|word| format!("\"{}\"", phrase(word)));
    let q: Vec<String> = without.chain(open).chain(phrases).collect();
    MeiliQuery { q: q.join(" "), only_phrases: false }
}

/// The words that are open to typos, and the others.
fn parts(words: &Words) -> (Vec<&Word>, Vec<&Word>) {
    let mut wanted: Vec<&Word> = words.words.iter().collect();
    if wanted.len() > MOST {
        // Only `MOST` words can be asked for: the longest say most.
        wanted.sort_by_key(|word| std::cmp::Reverse(word.folded.len()));
        wanted.truncate(MOST);
    }
    wanted.into_iter().partition(|word| is_open(word))
}

/// True for a word of another script that is found by its beginning, and with a typo where it is long enough
/// to bear one.
fn is_open(word: &Word) -> bool {
    let Word { folded, exact, .. } = word;
    !exact && folded.len() > 1 && matches!(&*units(folded), [unit] if !unit.is_cjk)
}

/// The phrase that is in the series of each text that holds this word.
fn phrase(word: &Word) -> String {
    match &*units(&word.folded) {
        [only] if only.is_cjk => format!("s{}", code(&only.text)),
        units => series(units, false).join(" "),
    }
}

/// The words of units in order. The neighbours of a part of a text (`whole` is not set) are not known, so its
/// series begins without a mark, and ends with a pair, or the mark of a run's beginning.
fn series(units: &[Unit], whole: bool) -> Vec<String> {
    let mut series = vec![];
    for (at, unit) in units.iter().enumerate() {
        let next = units.get(at + 1);
        let before = at.checked_sub(1).and_then(|before| units.get(before));
        let follows = before.is_some_and(|before| before.is_cjk && joined(before, unit));
        let first = at == 0 && !whole;
        if !unit.is_cjk {
            if unit.begins && !first {
                series.push("g".to_owned());
            }
            series.push(format!("w{}", escaped(&unit.text)));
            continue;
        }
        if !follows && !first {
            let mark = if unit.begins { 'g' } else { 'j' };
            series.push(format!("{mark}{}", code(&unit.text)));
        }
        match next {
            Some(next) if next.is_cjk && joined(unit, next) => {
                series.push(format!("p{}{}", code(&unit.text), code(&next.text)));
            }
            None if !whole => {}
            Some(_) | None => series.push(format!("u{}", code(&unit.text))),
        }
    }
    series
}

fn joined(unit: &Unit, next: &Unit) -> bool {
    next.place == unit.place + 1
}

/// The `b` words of the word that begins at the first unit: for its first character and for its first two, or
/// for the whole word if it is of another script.
fn begins(units: &[Unit]) -> Vec<String> {
    let [first, rest @ ..] = units else { return vec![] };
    let mut begins = vec![format!("b{}", short(&[&first.text]))];
    if let [next, ..] = rest
        && first.is_cjk
        && next.is_cjk
        && joined(first, next)
    {
        begins.push(format!("b{}", short(&[&first.text, &next.text])));
    }
    begins
}

fn whole(units: &[Unit]) -> String {
    let texts: Vec<&str> =
        units.iter().flat_map(|unit| [if unit.begins { " " } else { "" }, &unit.text]).collect();
    format!("f{}", short(&texts))
}

/// The `x` words of a word: its beginnings, from two characters on. A person who types one character too many
/// or too few means that beginning, so beginnings with a typo are found, too.
fn beginnings(word: &str) -> impl Iterator<Item = String> {
    let ends: Vec<usize> = word.char_indices().map(|(at, _)| at).chain([word.len()]).skip(2).collect();
    let last = ends.last().copied();
    let ends: BTreeSet<usize> = ends.into_iter().take(LONGEST_BEGINNING - 1).chain(last).collect();
    ends.into_iter().map(|end| format!("x{}", &word[..end])).collect::<Vec<_>>().into_iter()
}

/// A character of a CJK script in four letters.
fn code(text: &str) -> String {
    text.chars().map(|c| letters(c as u32, 4)).collect()
}

/// A word of another script in letters and numbers that are never taken apart or changed.
fn escaped(word: &str) -> String {
    let escape = |c: char| match c {
        'q' => "qq".to_owned(),
        'a'..='z' | '0'..='9' => c.to_string(),
        other => format!("q{}", letters(other as u32, 5)),
    };
    word.chars().map(escape).collect()
}

/// Four letters for any text: too short to be taken for another word with a typo. Texts that share them by
/// chance only share a rank in the order.
fn short(texts: &[&str]) -> String {
    // The hash is FNV-1a, and must not change as long as the indexes' version does not.
    let bytes = texts.iter().flat_map(|text| text.bytes());
    let hash = bytes.fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    letters(hash % 26_u32.pow(4), 4)
}

/// A number as `count` letters.
fn letters(number: u32, count: u32) -> String {
    let letter = |exponent: u32| char::from(b'a' + (number / 26_u32.pow(exponent) % 26) as u8);
    (0..count).rev().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// True if a text's indexed words hold a phrase, word after word.
    fn holds(text: &str, words: &str) -> bool {
        let words = Words::parse(&format!("\"{words}\"")).expect("a query").words;
        let indexed = indexed(&[text]);
        words.iter().map(phrase).all(|phrase| {
            let phrase: Vec<&str> = phrase.split(' ').collect();
            indexed.iter().any(|item| {
                item.split(' ').collect::<Vec<_>>().windows(phrase.len()).any(|window| window == phrase)
            })
        })
    }

    #[test]
    fn each_part_of_a_text_is_a_phrase_in_it() {
        for text in ["한글은", "대한글자", "「한글」", "7월의한글날", "한글"] {
            assert!(holds(text, "한글"), "{text}");
        }
        for text in ["한 글", "한국글", "글한"] {
            assert!(!holds(text, "한글"), "{text}");
        }
        for (text, words) in [
            ("내 꿈을", "내 꿈"),
            ("12월 7일", "7일"),
            ("rust로는", "rust로"),
            ("로rust", "로rust"),
            ("a b.c", "b c"),
        ] {
            assert!(holds(text, words), "{words} in {text}");
        }
        for (text, words) in
            [("내꿈", "내 꿈"), ("제주도 바다", "제주 바다"), ("trust로", "rust로"), ("ab", "a b")]
        {
            assert!(!holds(text, words), "{words} in {text}");
        }
    }

    #[test]
    fn only_what_decides_the_order_may_be_left_out() {
        let of = |query: &str| meili_query(&Words::parse(query).expect("a query"));
        let words = |query: &str| of(query).q.split(' ').count();
        assert!(
            of("한글 바다").only_phrases && words("한글 바다") == 5,
            "two phrases, two beginnings, the whole"
        );
        assert!(of("rust").only_phrases && of("rust").q.starts_with("xrust b"));
        assert!(!of("rust 한글").only_phrases && words("rust 한글") == 2);
        assert_eq!(of("\"rust\" -광고").q.split(' ').next().map(|word| &word[..3]), Some("-\"p"));
        assert_eq!(of("").q, "");
    }

    #[test]
    fn whatever_is_in_a_word_meilisearch_takes_it_for_one() {
        for text in ["été Straße привет", "q qq quiz", "Ａ１ 7월 漢字 カナ ㄱㄱ ㅏ"] {
            for word in indexed(&[text]).iter().flat_map(|item| item.split(' ')) {
                let is_plain = word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
                assert!(is_plain || word.starts_with('x'), "{word}");
                assert!(word.len() <= 250, "{word}");
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_there_is_found_and_nothing_else(text in "[가-다a ]{0,20}", word in "[가-다]{1,5}") {
            prop_assert_eq!(holds(&text, &word), text.contains(&word), "{} in {}", word, text);
        }

        #[test]
        fn parts_of_several_words_are_found_where_words_of_other_scripts_stand_whole(
            text in "[가-다]{1,9}( [가-다]{1,3}){0,5}", from in 0_usize..9, len in 1_usize..9,
        ) {
            let part: String = text.chars().skip(from).take(len).collect();
            let part = part.trim();
            prop_assert!(part.is_empty() || holds(&text, part), "{} in {}", part, text);
        }
    }
}
