//! Roles: what a person may do beyond what every member may.

use std::collections::BTreeSet;
use std::{fmt, str::FromStr};

/// A role, granted by an admin; every grant is an event. A member needs no role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// An author publishes what others subscribe to.
    Author,
    /// A moderator acts on what others report.
    Moderator,
    /// An analyst reads and replays the history.
    Analyst,
    /// An admin grants roles.
    Admin,
}

/// A word that names no role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected author, moderator, analyst or admin")]
pub struct UnknownRole;

impl Role {
    /// All roles.
    pub const ALL: [Self; 4] = [Self::Author, Self::Moderator, Self::Analyst, Self::Admin];

    /// Returns the role's name as it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Author => "author",
            Self::Moderator => "moderator",
            Self::Analyst => "analyst",
            Self::Admin => "admin",
        }
    }

    /// Returns the words that are roles today.
    pub fn among(words: &BTreeSet<String>) -> impl Iterator<Item = Self> {
        words.iter().filter_map(|word| word.parse().ok())
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.name() == text).ok_or(UnknownRole)
    }
}
