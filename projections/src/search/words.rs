//! Words: what people write into the search field: words, `"exact words"`, `-without`, `#tag`, `from:handle`.

use super::text::{fold, grams};
use domain::value::Tag;
use unicode_normalization::UnicodeNormalization;

/// The greatest number of characters of a query, and of its words: the work of one search is bounded.
pub const MAX_CHARS: usize = 200;
const MAX_WORDS: usize = 16;

/// A query as its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// The words each of which must be found; words of other scripts than CJK also by their beginning or with
    /// a typo.
    pub words: Vec<Word>,
    /// The words of which none may be found.
    pub without: Vec<Word>,
    /// The tags that a post must carry, all of them.
    pub tags: Vec<String>,
    /// The handles of authors, one of whom must have written the post.
    pub from: Vec<String>,
    /// True if the last word is still being typed: people and tags are found by its keys so far.
    pub is_unfinished: bool,
}

/// A word, or several that stand one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word as it was written.
    pub written: String,
    /// The word as it is compared.
    pub folded: Vec<char>,
    /// True if the word is found only as it stands.
    pub exact: bool,
}

/// The reason why a query can't be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    /// The query has too many characters, see [`MAX_CHARS`].
    #[error("has more than {MAX_CHARS} characters; shorten it")]
    TooLong,
    /// The query has too many words, see [`MAX_WORDS`].
    #[error("has more than {MAX_WORDS} words; leave some out")]
    TooMany,
}

impl Words {
    /// Reads a query. A part that has no meaning of its own is a word; a part that holds neither letters nor
    /// numbers is left out.
    ///
    /// # Errors
    /// See [`WordsError`].
    pub fn parse(query: &str) -> Result<Self, WordsError> {
        // The query counts as it is searched for, however the keyboard composes Hangul.
        if query.nfc().count() > MAX_CHARS {
            return Err(WordsError::TooLong);
        }
        let mut parsed = Self::default();
        for Part { without, quoted, text } in parts(query) {
            match (quoted, without) {
                (false, false) if text.starts_with('#') => parsed.tag(&text),
                (false, false) if text.len() > FROM.len() && text.starts_with(FROM) => {
                    parsed.from.push(text[FROM.len()..].trim_start_matches('@').to_owned());
                }
                (_, true) => parsed.without.extend(word(&text, true)),
                (_, false) => parsed.words.extend(word(&text, quoted)),
            }
        }
        let Self { words, without, tags, from, is_unfinished: _ } = &parsed;
        if words.len() + without.len() + tags.len() + from.len() > MAX_WORDS {
            return Err(WordsError::TooMany);
        }
        Ok(parsed)
    }

    fn tag(&mut self, text: &str) {
        match Tag::parse(text) {
            Ok(tag) => self.tags.push(tag.as_str().to_owned()),
            Err(_) => self.words.extend(word(text, false)),
        }
    }
}

const FROM: &str = "from:";

struct Part {
    without: bool,
    quoted: bool,
    text: String,
}

/// Splits a query at spaces outside quotation marks. A mark that is never closed closes at the end.
fn parts(query: &str) -> Vec<Part> {
    let is_mark = |c: char| matches!(c, '"' | '“' | '”' | '＂');
    let mut parts = vec![];
    let mut rest = query.trim_start();
    while !rest.is_empty() {
        let without = rest.len() > 1 && rest.starts_with('-') && !rest[1..].starts_with(char::is_whitespace);
        rest = if without { &rest[1..] } else { rest };
        let quoted = rest.starts_with(is_mark);
        let text = if quoted {
            rest = rest.trim_start_matches(is_mark);
            rest.split(is_mark).next().unwrap_or_default()
        } else {
            rest.split(|c: char| c.is_whitespace() || is_mark(c)).next().unwrap_or_default()
        };
        rest = &rest[text.len()..];
        if quoted {
            rest = rest.strip_prefix(is_mark).unwrap_or(rest);
        }
        rest = rest.trim_start();
        parts.push(Part { without, quoted, text: text.to_owned() });
    }
    parts
}

fn word(text: &str, exact: bool) -> Option<Word> {
    let folded = fold(text).chars;
    let is_word = |c: &char| c.is_alphanumeric();
    let (from, to) = (folded.iter().position(is_word)?, folded.iter().rposition(is_word)?);
    let folded = folded[from..=to].to_vec();
    (!grams(&folded).is_empty()).then(|| Word { written: text.to_owned(), folded, exact })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(query: &str) -> (Vec<String>, Vec<String>, Vec<String>, Vec<String>) {
        let Words { words, without, tags, from, is_unfinished: _ } = Words::parse(query).expect("a query");
        let written = |words: Vec<Word>| {
            words.into_iter().map(|word| if word.exact { format!("={}", word.written) } else { word.written })
        };
        (written(words).collect(), written(without).collect(), tags, from)
    }

    #[test]
    fn each_part_has_its_meaning() {
        let (found, without, tags, from) =
            words(r#" 감귤  "제주 바다" -광고 -"원치 않는" #제주 from:mina from:@소라 "#);
        assert_eq!(found, ["감귤", "=제주 바다"]);
        assert_eq!(without, ["=광고", "=원치 않는"]);
        assert_eq!((tags, from), (vec!["제주".to_owned()], vec!["mina".to_owned(), "소라".to_owned()]));
    }

    #[test]
    fn whatever_has_no_meaning_is_a_word_or_nothing() {
        assert_eq!(words("- -- # from: !!! \"\"").0, ["from:"]);
        assert_eq!(words("\"열린 채로").0, ["=열린 채로"]);
        assert_eq!(words("가\"나 다\"라").0, ["가", "=나 다", "라"]);
        assert_eq!(words("“굽은 표”").0, ["=굽은 표"]);
        assert_eq!(Words::parse(" ?! "), Ok(Words::default()));
    }

    #[test]
    fn a_query_is_as_long_from_every_keyboard() {
        for (letters, fits) in [(67, true), (MAX_CHARS, true), (MAX_CHARS + 1, false)] {
            let composed = "각".repeat(letters);
            let decomposed: String = composed.nfd().collect();
            assert_eq!(Words::parse(&composed).is_ok(), fits, "{letters}");
            assert_eq!(Words::parse(&decomposed).is_ok(), fits, "{letters}");
        }
    }

    #[test]
    fn what_is_looked_for_is_bounded() {
        assert_eq!(Words::parse(&"가".repeat(201)), Err(WordsError::TooLong));
        assert_eq!(Words::parse(&"가 ".repeat(17)), Err(WordsError::TooMany));
        assert!(Words::parse(&"가 ".repeat(16)).is_ok());
    }
}
