//! Reasons why a piece of input was not accepted, in words that say what to do.

/// A rule of form that the input broke. `Display` is meant for the person who typed the input.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// The input is empty after trimming.
    #[error("must not be empty")]
    Empty,
    /// The input is too short; lengths are in characters (Unicode scalar values after NFC).
    #[error("must have at least {min} characters; it has {actual}")]
    TooShort {
        /// The least number of characters.
        min: usize,
        /// The number of characters given.
        actual: usize,
    },
    /// The input is too long; lengths are in characters (Unicode scalar values after NFC).
    #[error("must have at most {max} characters; it has {actual}")]
    TooLong {
        /// The greatest number of characters.
        max: usize,
        /// The number of characters given.
        actual: usize,
    },
    /// The list is too long.
    #[error("must have at most {max} entries; it has {actual}")]
    TooMany {
        /// The greatest number of entries.
        max: usize,
        /// The number of entries given.
        actual: usize,
    },
    /// The list has the same entry twice.
    #[error("must not contain the same twice")]
    Repeated,
    /// The input has a character that may not stand there.
    #[error("must not contain the character U+{:04X}; {allowed}", *found as u32)]
    Character {
        /// The first character that may not stand there.
        found: char,
        /// The characters that may stand there instead, in words.
        allowed: &'static str,
    },
    /// The input mixes letters of scripts only to look like another word (Unicode TR 39).
    #[error("must not mix letters of different scripts that look alike; use one script")]
    MixedScripts,
    /// The input is a word that the service keeps for itself.
    #[error("is reserved; choose another")]
    Reserved,
    /// The input is no absolute web address.
    #[error("must be a web address that begins with http:// or https://")]
    NotALink,
    /// The input is no address that mail can be sent to.
    #[error("must be an e-mail address such as mina@example.kr")]
    NotAnEmail,
    /// The input is no number that can be called.
    #[error("must be a phone number such as 010-1234-5678 or +1 415 555 0100")]
    NotAPhone,
}

impl Invalid {
    /// Returns the reason's code: stable, machine-readable.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooShort { .. } => "too_short",
            Self::TooLong { .. } => "too_long",
            Self::TooMany { .. } => "too_many",
            Self::Repeated => "repeated",
            Self::Character { .. } => "forbidden_character",
            Self::MixedScripts => "mixed_scripts",
            Self::Reserved => "reserved",
            Self::NotALink => "not_a_link",
            Self::NotAnEmail => "not_an_email",
            Self::NotAPhone => "not_a_phone",
        }
    }
}
