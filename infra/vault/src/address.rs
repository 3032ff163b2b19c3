//! E-mail addresses and phone numbers: checked in form here, proved by a code.

use domain::value::Invalid;
use email_address::{EmailAddress, Options};
use std::fmt;

/// The most bytes of an e-mail address: RFC 5321's bound on a path, less its angle brackets.
const EMAIL_MAX: usize = 254;
/// Number of digits of a phone number with its country code (ITU-T E.164).
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 8..=15;

/// An e-mail address. The debug output does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

/// A phone number in international form, `+821012345678`. The debug output does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone(String);

impl Email {
    /// Reads an address that a person typed.
    ///
    /// # Errors
    /// The text is no address that mail could be sent to.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Invalid::Empty);
        }
        let actual = text.len();
        if actual > EMAIL_MAX {
            return Err(Invalid::TooLong { max: EMAIL_MAX, actual });
        }
        let options = Options::default().with_required_tld().without_display_text().without_domain_literal();
        match EmailAddress::parse_with_options(text, options) {
            // Quoted names are allowed and nobody has one; they confuse every other reader of addresses.
            Ok(_) if !text.contains('"') => Ok(Self(text.to_owned())),
            Ok(_) | Err(_) => Err(Invalid::NotAnEmail),
        }
    }

    /// The address as its owner writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which an address is unique: no provider worth its name tells upper from lower case.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

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

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
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
    use proptest::prelude::*;

    #[test]
    fn an_address_is_one_whatever_its_case_and_around_it() {
        let mina = Email::parse(" Mina.Kim+yard@Example.KR ").expect("an address");
        assert_eq!(mina.as_str(), "Mina.Kim+yard@Example.KR");
        assert_eq!(mina.key(), "mina.kim+yard@example.kr");
        for good in ["a@b.kr", "홍길동@예시.한국", "o'neil@x-y.example"] {
            assert!(Email::parse(good).is_ok(), "{good}");
        }
        let long = format!("{}@b.kr", "a".repeat(250));
        for bad in [
            "",
            " ",
            "mina",
            "mina@",
            "@b.kr",
            "a@b",
            "a b@c.kr",
            "a@[127.0.0.1]",
            "A <a@b.kr>",
            "\"a b\"@c.kr",
            "a@b.kr\r\nBcc: c@d.kr",
            "a@b.kr,c@d.kr",
            "a@b@c.kr",
            &long,
        ] {
            assert!(Email::parse(bad).is_err(), "{bad}");
        }
    }

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

    proptest! {
        #[test]
        fn nothing_that_is_parsed_can_break_a_header_or_a_line(text in "\\PC{0,30}@\\PC{0,30}|\\+?[0-9 ()-]{0,40}|.{0,60}") {
            for parsed in [Email::parse(&text).map(|it| it.0), Phone::parse(&text).map(|it| it.0)].into_iter().flatten() {
                prop_assert!(!parsed.chars().any(|c| c.is_control() || c.is_whitespace() || ",<>\"".contains(c)), "{parsed:?}");
            }
        }
    }
}
