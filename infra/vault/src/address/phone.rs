//! Phone numbers: one number, in whichever of its forms it is typed.

use domain::value::Invalid;
use std::fmt;
use unicode_normalization::UnicodeNormalization;

/// Number of digits of a phone number with its country code (ITU-T E.164).
const DIGITS: std::ops::RangeInclusive<usize> = 8..=15;
/// The most characters of a number as it is typed.
const TYPED_MAX: usize = 64;
const KOREA: &str = "82";
/// The countries and shared codes whose numbers may begin with a zero. Everywhere else the zero before an
/// area is for calls within the country, and no part of the number.
const WITH_ZERO: [&str; 5] = ["39", "225", "241", "242", "378"];
/// The country codes of one digit and of two (E.164); all others have three.
const OF_ONE: [&str; 2] = ["1", "7"];
const OF_TWO: [&str; 44] = [
    "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48",
    "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81",
    "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
];

/// A phone number in international form, `+821012345678`. The debug output does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone(String);

impl Phone {
    /// Reads a number that a person typed; a number without country code is taken for a Korean one. The forms are
    /// those that people write and copy, as libphonenumber reads them.
    ///
    /// # Errors
    /// The text can be no phone number.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Invalid::Empty);
        }
        let digits = dialled(text).and_then(|dialled| international(&dialled));
        digits.map(|digits| Self(format!("+{digits}"))).ok_or(Invalid::NotAPhone)
    }

    /// The number in international form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is dialled of a typed number: a plus, if there is one, and digits.
fn dialled(text: &str) -> Option<String> {
    // A link (RFC 3966) is the number between its scheme and its parameters.
    let text = match text.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("tel:")) {
        true => text[4..].split(';').next().unwrap_or_default(),
        false => text,
    };
    if text.chars().count() > TYPED_MAX {
        return None;
    }
    // The compatibility form makes full-width signs those of ASCII.
    let mut dialled = String::new();
    for letter in text.nfkc().filter(|&letter| !is_filling(letter)) {
        let is_right = letter.is_ascii_digit() || (letter == '+' && dialled.is_empty());
        dialled.push(is_right.then_some(letter)?);
    }
    Some(dialled)
}

/// True for what stands between digits, or is invisible: blanks, dashes, brackets, marks of direction.
fn is_filling(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(
            letter,
            '-' | '(' | ')' | '[' | ']' | '.' | '/' | '~' | '\u{ad}' | '\u{2212}' | '\u{30fc}'
        )
        || matches!(letter, '\u{2010}'..='\u{2015}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(letter, '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The digits of the number with its country code.
fn international(dialled: &str) -> Option<String> {
    let digits = match dialled.strip_prefix('+').or_else(|| dialled.strip_prefix("00")) {
        // Two zeros and another code than ours: in Korea a third digit names the carrier, so that the same
        // digits would be two numbers.
        Some(digits) if dialled.starts_with('+') || digits.starts_with(KOREA) => digits,
        Some(_) => return None,
        None => return korean(dialled).or_else(|| korean(dialled.strip_prefix(KOREA)?)),
    };
    let code = country_code(digits)?;
    let national = &digits[code.len()..];
    if code == KOREA {
        return korean(national);
    }
    let national = match WITH_ZERO.contains(&code) {
        true => national,
        false => national.strip_prefix('0').unwrap_or(national),
    };
    let whole = format!("{code}{national}");
    let begins_right = WITH_ZERO.contains(&code) || !national.starts_with('0');
    (begins_right && !national.is_empty() && DIGITS.contains(&whole.len())).then_some(whole)
}

fn country_code(digits: &str) -> Option<&str> {
    let length = match digits {
        _ if OF_ONE.contains(&digits.get(..1)?) => 1,
        _ if OF_TWO.contains(&digits.get(..2)?) => 2,
        _ => 3,
    };
    digits.get(..length).filter(|code| !code.starts_with('0'))
}

/// The digits of a Korean number, dialled with or without its zero, with the country code. The lengths are
/// those of the numbering plan: mobile numbers, areas, and numbers of the internet and of no area.
fn korean(dialled: &str) -> Option<String> {
    let number = dialled.strip_prefix('0').unwrap_or(dialled);
    let lengths = match number.as_bytes() {
        [b'1', b'0', ..] => 10..=10,
        [b'1', b'1' | b'6'..=b'9', ..] => 9..=10,
        [b'2', b'1'..=b'9', ..] => 8..=9,
        [b'3', b'1'..=b'3', b'1'..=b'9', ..] | [b'4' | b'6', b'1'..=b'4', b'1'..=b'9', ..] => 9..=10,
        [b'5', b'1'..=b'5', b'1'..=b'9', ..] => 9..=10,
        [b'5', b'0', ..] => 10..=11,
        [b'7', b'0', ..] => 10..=10,
        _ => return None,
    };
    lengths.contains(&number.len()).then(|| format!("{KOREA}{number}"))
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<String> {
        Phone::parse(text).ok().map(|phone| phone.0)
    }

    #[test]
    fn a_number_is_one_in_every_form() {
        for form in [
            "010-1234-5678",
            "01012345678",
            "10-1234-5678",
            "+82 10-1234-5678",
            "+82 010-1234-5678",
            "+82 (0)10-1234-5678",
            "+82-0-10-1234-5678",
            "+82 (10) 1234.5678",
            "0082 10 1234 5678",
            "0082 010 1234 5678",
            "821012345678",
            "82-10-1234-5678",
            "tel:+82-10-1234-5678",
            "TEL:010-1234-5678;ext=1",
            "０１０－１２３４－５６７８",
            "＋82 10 1234 5678",
            "010–1234–5678",
            "010\u{2011}1234\u{2011}5678",
            "\u{202a}010-1234-5678\u{202c}",
            "010\u{a0}1234\u{a0}5678",
            "[010] 1234/5678",
        ] {
            assert_eq!(parsed(form).as_deref(), Some("+821012345678"), "{form}");
        }
    }

    #[test]
    fn a_number_of_another_country_keeps_only_the_zeros_that_are_its_own() {
        for (typed, number) in [
            ("+14155550100", "+14155550100"),
            ("+1 (415) 555-0100", "+14155550100"),
            ("+44 (0)20 7946 0958", "+442079460958"),
            ("+44 020 7946 0958", "+442079460958"),
            ("+81 090-1234-5678", "+819012345678"),
            ("+39 06 1234 5678", "+390612345678"),
            ("+358 040 123 4567", "+358401234567"),
        ] {
            assert_eq!(parsed(typed).as_deref(), Some(number), "{typed}");
        }
    }

    #[test]
    fn a_korean_number_is_a_mobile_one_or_of_an_area() {
        for (typed, number) in [
            ("011-123-4567", "+82111234567"),
            ("02-123-4567", "+8221234567"),
            ("02-1234-5678", "+82212345678"),
            ("031-123-4567", "+82311234567"),
            ("064-123-4567", "+82641234567"),
            ("070-1234-5678", "+827012345678"),
            ("0505-123-4567", "+825051234567"),
        ] {
            assert_eq!(parsed(typed).as_deref(), Some(number), "{typed}");
        }
    }

    #[test]
    fn what_nobody_can_be_called_at_is_no_number() {
        for bad in [
            "",
            "12345678",
            "010",
            "0101234",
            "010-1234-567",
            "+0123456789",
            "+8210123456789012",
            "+821012345678901",
            "+82 0010 1234 5678",
            "00 44 20 7946 0958",
            "010-abcd-5678",
            "010+1234+5678",
            "++821012345678",
            "010\u{0}12345678",
            "tel:",
            "+44",
        ] {
            assert_eq!(parsed(bad), None, "{bad}");
        }
    }
}
