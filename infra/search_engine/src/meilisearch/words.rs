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
//! | `s` | a character somewhere: what is looked for when it is looked for alone |
//! | `b` | a word begins so; `f` all of a text is so: what is so is found first |
//! | `x` | what a word of another script begins with, open to typos |
//!
//! 한글은 쉽다 is `g한 p한글 p글은 u은 g쉽 p쉽다 u다`, letters aside. Whatever follows 글 in a text, 한글 is in it where `p한글`
//! is, 글은 쉽 where `p글은 u은 g쉽` is: there is one way to write each part of a text, but for its first character.

use projections::search::text::{Unit, fold, units};
use projections::search::words::{Word, Words};
use std::collections::BTreeSet;

/// Meilisearch drops what comes after so many words and phrases of a query.
const MOST: usize = 10;
/// Beginnings of longer words of other scripts are the whole word's.
const LONGEST_BEGINNING: usize = 20;

/// What is indexed of texts: each in order, then what needs no order. They are items of a list, so no phrase leads from
/// one into the next.
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

/// A question as Meilisearch reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MeiliQuery {
    /// Its words and phrases.
    pub(super) q: String,
    /// Whether only its phrases must be found; what it has beside decides the order.
    pub(super) only_phrases: bool,
}

/// How words are asked for.
///
/// Meilisearch can be told to leave words of a query out, from its end on, but not phrases, nor the one word that is all
/// there is: what tells a better place from a good one comes last and may be missing. Where a word open to typos
/// stands beside others it could be left out just as well, so there everything must be found, and of what fits alike
/// no word comes first for where it begins.
pub(super) fn asked(words: &Words) -> MeiliQuery {
    let mut asked = all_must(words);
    let (open, phrases) = parts(words);
    asked.only_phrases = open.is_empty() || (open.len() == 1 && phrases.is_empty());
    if asked.only_phrases && !words.words.is_empty() {
        let begin = open.iter().chain(&phrases).filter_map(|word| begins(&units(&word.folded)).pop());
        let folded: Vec<&[char]> = words.words.iter().map(|word| word.folded.as_slice()).collect();
        let better: Vec<String> = begin.chain([whole(&units(&folded.join(&' ')))]).collect();
        asked.q = format!("{} {}", asked.q, better.join(" "));
    }
    asked
}

/// How words are asked for where each must be found, and nothing beside them decides.
pub(super) fn all_must(words: &Words) -> MeiliQuery {
    let (open, phrases) = parts(words);
    // What may not be found comes first: it is not read after so many words.
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
        // The rest can't be asked for: the longest say most.
        wanted.sort_by_key(|word| std::cmp::Reverse(word.folded.len()));
        wanted.truncate(MOST);
    }
    wanted.into_iter().partition(|word| is_open(word))
}

/// Words of other scripts are found by their beginning, and with a typo where they are long enough to bear one.
fn is_open(word: &Word) -> bool {
    let Word { folded, exact, .. } = word;
    !exact && folded.len() > 1 && matches!(&*units(folded), [unit] if !unit.is_cjk)
}

/// What stands in the series of each text that holds this.
fn phrase(word: &Word) -> String {
    match &*units(&word.folded) {
        [only] if only.is_cjk => format!("s{}", code(&only.text)),
        units => series(units, false).join(" "),
    }
}

/// Units in order. Of a part of a text (`whole` is not set) it is not known what is before it and what follows, so it
/// begins without a mark, and ends with a pair, or the mark of where a run begins.
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

/// How the word that begins here begins: its first character, and the first two, or all of one of another script.
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

/// From two characters on. Who types one more and another one less than a beginning has means that, so beginnings
/// with a typo are found, too.
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

/// Four letters for any text: short enough to be no word with a typo of another. Texts that share them by chance only
/// share a place in the order.
fn short(texts: &[&str]) -> String {
    // FNV-1a: it must stay the same for as long as what is indexed does.
    let bytes = texts.iter().flat_map(|text| text.bytes());
    let hash = bytes.fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    letters(hash % 26_u32.pow(4), 4)
}

/// A number in so many letters.
fn letters(number: u32, count: u32) -> String {
    let letter = |place: u32| char::from(b'a' + (number / 26_u32.pow(place) % 26) as u8);
    (0..count).rev().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Whether what is indexed of a text holds a phrase, word after word.
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
        let of = |query: &str| asked(&Words::parse(query).expect("a query"));
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
