//! A search's text, as it is shown again to the person who searched.

use super::Invalid;
use super::text::{Lines, clean};
use std::fmt;

const MAX: usize = 100;

/// A search's text: 1 to 100 characters in one line, NFC, any blanks in a row as one space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchText(String);

impl SearchText {
    /// Trims, normalises and checks a search's text.
    ///
    /// # Errors
    /// The rule that the input broke, in words for the person who typed the input.
    pub fn parse(input: &str) -> Result<Self, Invalid> {
        let words: Vec<&str> = input.split_whitespace().collect();
        clean(&words.join(" "), 1, MAX, Lines::One).map(Self)
    }

    /// Returns the text as it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SearchText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(input: &str) -> Result<String, Invalid> {
        SearchText::parse(input).map(|text| text.to_string())
    }

    #[test]
    fn blanks_around_and_between_do_not_count() {
        assert_eq!(parsed(" \u{3000}감귤 \t\n -광고 "), Ok("감귤 -광고".to_owned()));
        assert_eq!(parsed("\u{1100}\u{1161}\u{11b7}귤"), Ok("감귤".to_owned()));
    }

    #[test]
    fn it_has_one_to_a_hundred_characters() {
        assert_eq!(parsed(" \n"), Err(Invalid::Empty));
        assert!(parsed(&"가".repeat(MAX)).is_ok());
        assert_eq!(parsed(&"가".repeat(MAX + 1)), Err(Invalid::TooLong { max: MAX, actual: MAX + 1 }));
        assert!(matches!(parsed("감\0귤"), Err(Invalid::Character { found: '\0', .. })));
    }
}
