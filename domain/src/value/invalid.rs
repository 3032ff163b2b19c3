//! Why a piece of input was not accepted, in words that say what to do.

/// A broken rule of form. `Display` is meant for the person who typed it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// Nothing is left after trimming.
    #[error("must not be empty")]
    Empty,
    /// Lengths are in characters (Unicode scalar values after NFC).
    #[error("must have at least {min} characters; it has {actual}")]
    TooShort {
        /// The least number of characters.
        min: usize,
        /// What was given.
        actual: usize,
    },
    /// Lengths are in characters (Unicode scalar values after NFC).
    #[error("must have at most {max} characters; it has {actual}")]
    TooLong {
        /// The greatest number of characters.
        max: usize,
        /// What was given.
        actual: usize,
    },
    /// A list is too long.
    #[error("must have at most {max} entries; it has {actual}")]
    TooMany {
        /// The greatest number of entries.
        max: usize,
        /// What was given.
        actual: usize,
    },
    /// The same comes twice in a list.
    #[error("must not contain the same twice")]
    Repeated,
    /// A character that may not stand here.
    #[error("must not contain the character U+{:04X}; {allowed}", *found as u32)]
    Character {
        /// The first offender.
        found: char,
        /// What may stand there instead.
        allowed: &'static str,
    },
    /// Letters of scripts that are mixed only to look like others (Unicode TR 39).
    #[error("must not mix letters of different scripts that look alike; use one script")]
    MixedScripts,
    /// A word that the service keeps for itself.
    #[error("is reserved; choose another")]
    Reserved,
    /// Not an absolute web address.
    #[error("must be a web address that begins with http:// or https://")]
    NotALink,
    /// Nothing that mail can be sent to.
    #[error("must be an e-mail address such as mina@example.kr")]
    NotAnEmail,
    /// Nothing that can be called.
    #[error("must be a phone number such as 010-1234-5678 or +1 415 555 0100")]
    NotAPhone,
}

impl Invalid {
    /// Stable, machine-readable.
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
