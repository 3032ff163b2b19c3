//! A handle: the nickname by which a person is addressed.

use super::Invalid;
use std::fmt;
use unicode_normalization::UnicodeNormalization;
use unicode_security::{
    GeneralSecurityProfile, RestrictionLevel, RestrictionLevelDetection, confusable_detection,
};

const MIN: usize = 2;
const MAX: usize = 20;
const ALLOWED: &str = "use letters, digits and _";

/// Words that would read as if the service spoke.
const RESERVED: [&str; 8] =
    ["admin", "administrator", "madang", "me", "moderator", "operator", "system", "관리자"];

/// A handle: 2 to 20 letters, digits or `_`, Hangul included, in NFC, shown as its owner wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handle(String);

impl Handle {
    /// Normalises and checks a handle.
    ///
    /// # Errors
    /// The rule that the input broke, in words for the person who typed the input.
    pub fn parse(input: &str) -> Result<Self, Invalid> {
        let text: String = input.trim().nfc().collect();
        if let Some(found) = text.chars().find(|&c| !is_handle_char(c)) {
            return Err(Invalid::Character { found, allowed: ALLOWED });
        }
        match text.chars().count() {
            0 => return Err(Invalid::Empty),
            actual @ ..MIN => return Err(Invalid::TooShort { min: MIN, actual }),
            actual if actual > MAX => return Err(Invalid::TooLong { max: MAX, actual }),
            _ => {}
        }
        if !text.chars().any(char::is_alphanumeric) {
            return Err(Invalid::Character { found: '_', allowed: "add a letter or a digit" });
        }
        let judged: String = text.chars().filter(|&c| !is_single_jamo(c)).collect();
        if judged.as_str().detect_restriction_level() > RestrictionLevel::HighlyRestrictive {
            return Err(Invalid::MixedScripts);
        }
        let handle = Self(text);
        if RESERVED.iter().any(|word| Self::key_of(word) == handle.key()) {
            return Err(Invalid::Reserved);
        }
        Ok(handle)
    }

    /// Returns the handle's key, which must be unique: two handles that differ only in case, or that a reader
    /// would take for each other (the skeleton of Unicode TR 39), have the same key.
    #[must_use]
    pub fn key(&self) -> String {
        Self::key_of(&self.0)
    }

    /// Returns [`Handle::key`] of a handle as events hold it, which today's rules might not accept any more.
    #[must_use]
    pub fn key_of(text: &str) -> String {
        // Case is folded before and after: a skeleton may bring capitals of its own.
        let folded = text.nfc().collect::<String>().to_lowercase();
        let skeleton = confusable_detection::skeleton(&folded).collect::<String>().to_lowercase();
        // A capital I looks like l, and case makes no difference, so the letter i can't make a difference
        // either.
        skeleton.replace('i', "l")
    }

    /// Returns the handle as its owner wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns true if the character may stand in a handle: a letter or digit of an identifier, or `_`.
pub(super) fn is_handle_char(c: char) -> bool {
    c == '_' || is_single_jamo(c) || (c.is_alphanumeric() && c.identifier_allowed())
}

/// Returns true of ㄱ to ㆎ: no identifier characters for Unicode, yet people write ㅋㅋ.
fn is_single_jamo(c: char) -> bool {
    ('\u{3131}'..='\u{318E}').contains(&c)
}

impl From<Handle> for String {
    fn from(handle: Handle) -> Self {
        handle.0
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> String {
        Handle::parse(text).expect("valid").key()
    }

    #[test]
    fn hangul_latin_digits_and_underscore_make_a_handle() {
        for good in ["마당쇠", "mina_92", "고양이abc", "ㅋㅋ", "さくら", "ab"] {
            assert!(Handle::parse(good).is_ok(), "{good}: {:?}", Handle::parse(good));
        }
    }

    #[test]
    fn blanks_punctuation_and_wrong_lengths_are_refused() {
        for bad in ["", "a", "a b", "a-b", "a.b", "__", "a@b", "😀😀", &"가".repeat(21)] {
            assert!(Handle::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn case_and_form_of_input_do_not_make_another_person() {
        assert_eq!(key("Mina"), key("mINA"));
        assert_eq!(key("한글"), key("한글"));
    }

    #[test]
    fn look_alikes_share_a_key() {
        assert_eq!(key("paypal"), key("paypa1"));
        assert_eq!(key("paypal"), key("paypaI"));
        assert!(Handle::parse("pаypal").is_err(), "a Cyrillic а among Latin letters");
    }

    #[test]
    fn the_service_keeps_its_own_names() {
        assert_eq!(Handle::parse("Admin"), Err(Invalid::Reserved));
        assert_eq!(Handle::parse("me"), Err(Invalid::Reserved));
    }
}
