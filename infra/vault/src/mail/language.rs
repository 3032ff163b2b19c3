//! The languages that letters are written in.

use std::{fmt, str::FromStr};

/// The language that a person reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Korean, `ko`.
    Korean,
    /// English, `en`.
    English,
}

/// A word that names none of the languages that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected ko or en")]
pub struct UnknownLanguage;

impl Language {
    /// The language that an `Accept-Language` header likes best; none where the header names neither.
    #[must_use]
    pub fn of_accept_language(header: &str) -> Option<Self> {
        let mut best = None;
        for part in header.split(',') {
            let mut words = part.split(';').map(str::trim);
            let tag = words.next().unwrap_or_default();
            let quality = words.find_map(|word| word.strip_prefix("q=")).map_or(Ok(1.0), str::parse::<f32>);
            let primary = tag.split('-').next().unwrap_or_default();
            let (Ok(language), Ok(quality)) = (primary.to_ascii_lowercase().parse(), quality) else {
                continue;
            };
            // The first counts of languages that are liked equally; 0 means "not this one".
            if quality > best.map_or(0.0, |(_, quality)| quality) {
                best = Some((language, quality));
            }
        }
        best.map(|(language, _)| language)
    }
}

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(text: &str) -> Result<Self, UnknownLanguage> {
        match text {
            "ko" => Ok(Self::Korean),
            "en" => Ok(Self::English),
            _ => Err(UnknownLanguage),
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Korean => "ko",
            Self::English => "en",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_read_as_it_is_written() {
        for language in [Language::Korean, Language::English] {
            assert_eq!(language.to_string().parse(), Ok(language));
        }
        assert_eq!("fr".parse::<Language>(), Err(UnknownLanguage));
    }

    #[test]
    fn the_language_that_is_liked_best_is_taken() {
        for (header, expected) in [
            ("ko", Some(Language::Korean)),
            ("ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", Some(Language::Korean)),
            ("en;q=0.5, KO;q=0.9", Some(Language::Korean)),
            ("fr, en-GB; q=0.3", Some(Language::English)),
            ("en, ko", Some(Language::English)),
            ("ko;q=0, en;q=0.1", Some(Language::English)),
            ("ko;q=0", None),
            ("ko;q=much, fr, *", None),
            ("korean;;;,q=", None),
            ("", None),
        ] {
            assert_eq!(Language::of_accept_language(header), expected, "{header}");
        }
    }
}
