//! Phone numbers in international form.

use domain::value::Invalid;
use std::fmt;

/// Number of digits of a phone number with its country code (ITU-T E.164).
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 8..=15;

/// A phone number in international form, `+821012345678`. The debug output does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone(String);

impl Phone {
    /// Reads a number that a person typed; a number without country code is taken for a Korean one.
    ///
    /// # Errors
    /// The text can be no phone number.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Invalid::Empty);
        }
        let is_filling = |letter: char| matches!(letter, ' ' | '-' | '(' | ')' | '.');
        let bare: String = text.chars().filter(|&letter| !is_filling(letter)).take(32).collect();
        let digits = match (bare.strip_prefix('+'), bare.strip_prefix('0')) {
            (Some(international), _) => international.to_owned(),
            (None, Some(korean)) => format!("82{korean}"),
            (None, None) => return Err(Invalid::NotAPhone),
        };
        let fits = PHONE_DIGITS.contains(&digits.len()) && !digits.starts_with('0');
        match fits && digits.bytes().all(|digit| digit.is_ascii_digit()) {
            true => Ok(Self(format!("+{digits}"))),
            false => Err(Invalid::NotAPhone),
        }
    }

    /// The number in international form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_korean_unless_it_says_otherwise() {
        let parsed = |text| Phone::parse(text).ok().map(|phone| phone.0);
        assert_eq!(parsed("010-1234-5678").as_deref(), Some("+821012345678"));
        assert_eq!(parsed("+82 (10) 1234.5678").as_deref(), Some("+821012345678"));
        assert_eq!(parsed("+14155550100").as_deref(), Some("+14155550100"));
        for bad in
            ["", "12345678", "010", "+0123456789", "+8210123456789012", "010-abcd-5678", "010１2345678"]
        {
            assert_eq!(parsed(bad), None, "{bad}");
        }
    }
}
