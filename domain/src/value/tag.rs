//! Tags: words by which posts are found.

use super::Invalid;
use std::fmt;
use unicode_normalization::UnicodeNormalization;

const MAX: usize = 50;

/// A tag: 1 to 50 letters, digits or `_`, not digits alone; NFC, lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tag(String);

impl Tag {
    /// Reads a tag from a word with or without a leading `#`.
    ///
    /// # Errors
    /// The rule that the input broke, in words for the person who typed the input.
    pub fn parse(input: &str) -> Result<Self, Invalid> {
        let trimmed = input.trim();
        let word = trimmed.strip_prefix(['#', '＃']).unwrap_or(trimmed);
        let text = word.nfc().collect::<String>().to_lowercase();
        if text.is_empty() {
            return Err(Invalid::Empty);
        }
        if let Some(found) = text.chars().find(|&c| !is_tag_char(c)) {
            return Err(Invalid::Character { found, allowed: "use letters, digits and _" });
        }
        let actual = text.chars().count();
        if actual > MAX {
            return Err(Invalid::TooLong { max: MAX, actual });
        }
        if let Some(found) = text.chars().next().filter(|_| !text.chars().any(|c| c.is_alphabetic())) {
            return Err(Invalid::Character { found, allowed: "add at least one letter" });
        }
        Ok(Self(text))
    }

    /// Returns the tag without `#`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Returns true if the character may stand in a tag. Combining marks belong to letters of many scripts.
pub(super) fn is_tag_char(c: char) -> bool {
    c == '_' || c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c)
}

/// The tags of one post, at most 20 different ones, in the order in which they were given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags(Vec<Tag>);

impl Tags {
    /// The greatest number of tags on one post.
    pub const MAX: usize = 20;

    /// Keeps the first of equal tags, and checks the number of tags.
    ///
    /// # Errors
    /// More than [`Tags::MAX`] different tags.
    pub fn new(tags: impl IntoIterator<Item = Tag>) -> Result<Self, Invalid> {
        let mut different: Vec<Tag> = Vec::new();
        for tag in tags {
            if !different.contains(&tag) {
                different.push(tag);
            }
            if different.len() > 10 * Self::MAX {
                break;
            }
        }
        if different.len() > Self::MAX {
            return Err(Invalid::TooMany { max: Self::MAX, actual: different.len() });
        }
        Ok(Self(different))
    }

    /// Returns these tags, then those of `others` that are not among them.
    ///
    /// # Errors
    /// More than [`Tags::MAX`] tags together.
    pub fn and(self, others: Vec<Tag>) -> Result<Self, Invalid> {
        Self::new(self.0.into_iter().chain(others))
    }

    /// Returns the tags as events hold them.
    #[must_use]
    pub fn to_strings(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_the_same_with_or_without_its_mark_and_in_any_case() {
        assert_eq!(Tag::parse("#Seoul"), Tag::parse("seoul"));
        assert_eq!(Tag::parse("＃한글"), Tag::parse("한글"));
    }

    #[test]
    fn digits_alone_are_a_number_not_a_tag() {
        assert!(Tag::parse("2026").is_err());
        assert!(Tag::parse("2026년").is_ok());
    }

    #[test]
    fn twenty_different_tags_are_the_most() {
        let tags = |n: usize| (0..n).map(|i| Tag::parse(&format!("t{i}")).expect("valid"));
        assert!(Tags::new(tags(20)).is_ok());
        assert!(Tags::new(tags(20).chain(tags(20))).is_ok(), "repeats do not count");
        assert_eq!(Tags::new(tags(21)), Err(Invalid::TooMany { max: 20, actual: 21 }));
    }
}
