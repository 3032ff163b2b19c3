//! Texts that people write, normalised to NFC and bounded.

use super::Invalid;
use serde::Serialize;
use std::fmt;
use unicode_normalization::UnicodeNormalization;

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $min:literal..=$max:literal, $lines:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The greatest number of characters.
            pub const MAX: usize = $max;

            /// Trims, normalises and checks a text.
            ///
            /// # Errors
            /// The rule that the input broke, in words for the person who typed the input.
            pub fn parse(input: &str) -> Result<Self, Invalid> {
                clean(input, $min, $max, $lines).map(Self)
            }

            /// Returns the text as it is stored.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Lines {
    One,
    Many,
}

text!(
    /// A post's text: up to 5,000 characters, lines allowed; empty only beside photos.
    PostText, 0..=5_000, Lines::Many
);
text!(
    /// A post's title: 1 to 200 characters in one line.
    Title, 1..=200, Lines::One
);
text!(
    /// A photo's alternative text, what it shows in words: 1 to 1,000 characters, lines allowed.
    AlternativeText, 1..=1_000, Lines::Many
);
text!(
    /// A comment's or reply's text: 1 to 2,000 characters, lines allowed.
    CommentText, 1..=2_000, Lines::Many
);
text!(
    /// A person's display name: 1 to 50 characters in one line, free text.
    DisplayName, 1..=50, Lines::One
);
text!(
    /// A person's bio, what they say of themself: up to 500 characters, may be empty.
    Bio, 0..=500, Lines::Many
);

text!(
    /// A board's name: 1 to 50 characters in one line.
    BoardName, 1..=50, Lines::One
);
text!(
    /// A board's description, what it is for: up to 500 characters, may be empty.
    BoardDescription, 0..=500, Lines::Many
);
text!(
    /// A reason for an act about which others are to be able to ask later: 1 to 500 characters.
    Reason, 1..=500, Lines::Many
);

pub(super) fn clean(input: &str, min: usize, max: usize, lines: Lines) -> Result<String, Invalid> {
    let text: String = input.trim().replace("\r\n", "\n").nfc().collect();
    if let Some(found) = text.chars().find(|&c| forbidden(c, lines)) {
        let allowed = match lines {
            Lines::One => "write one line of text without control characters",
            Lines::Many => "write text without control characters",
        };
        return Err(Invalid::Character { found, allowed });
    }
    let actual = text.chars().count();
    match actual {
        0 if min > 0 => Err(Invalid::Empty),
        n if n < min => Err(Invalid::TooShort { min, actual }),
        n if n > max => Err(Invalid::TooLong { max, actual }),
        _ => Ok(text),
    }
}

/// Returns true of control characters, and of the marks that turn the writing direction of what follows (they
/// let one person's text rearrange the page around it).
fn forbidden(c: char, lines: Lines) -> bool {
    match c {
        '\n' | '\t' => lines == Lines::One,
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => true,
        _ => c.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_stored_as_nfc_whatever_form_it_is_typed_in() {
        let typed = PostText::parse("한글").expect("NFD Hangul is fine");
        assert_eq!(typed.as_str(), "한글");
    }

    #[test]
    fn the_limit_counts_characters_not_bytes() {
        assert!(PostText::parse(&"가".repeat(5_000)).is_ok());
        assert_eq!(PostText::parse(&"가".repeat(5_001)), Err(Invalid::TooLong { max: 5_000, actual: 5_001 }));
    }

    #[test]
    fn nothing_but_blanks_is_empty() {
        assert_eq!(CommentText::parse(" \n\t "), Err(Invalid::Empty));
        assert_eq!(Bio::parse("  ").map(String::from), Ok(String::new()));
    }

    #[test]
    fn control_characters_are_refused_by_name() {
        let refused = PostText::parse("a\0b").expect_err("NUL can't be stored");
        assert!(refused.to_string().contains("U+0000"), "{refused}");
        assert!(PostText::parse("a\u{202E}b").is_err());
        assert!(PostText::parse("two\nlines").is_ok());
        assert!(Title::parse("two\nlines").is_err());
    }
}
