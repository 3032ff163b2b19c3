//! A board: where people post, perhaps under an alias, perhaps only at some hours.

mod commands;
mod decide;
mod events;
mod hours;
#[cfg(test)]
mod tests;

pub use commands::BoardCommand;
pub use decide::BoardRefusal;
pub use events::BoardEvent;
pub use hours::Hours;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The state of a board; default when the board was never set up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Board {
    /// True if the board was ever set up.
    pub opened: bool,
    /// The board's name in addresses.
    pub slug: String,
    /// The board's name.
    pub name: String,
    /// The board's description: what it is for.
    pub description: String,
    /// True if authors on the board are known by an alias.
    pub anonymous: bool,
    /// The hours when anyone may write on the board; always, if none.
    pub hours: Option<Hours>,
    /// True if nothing new can be written on the board any more.
    pub closed: bool,
}

impl Board {
    /// Returns the board that is there before anyone has set up any board: 심야톡방, the night board.
    #[must_use]
    pub fn night() -> Self {
        Self {
            opened: true,
            slug: "night".to_owned(),
            name: "심야톡방".to_owned(),
            description: "밤 10시부터 새벽 4시까지, 이름 없이 나누는 이야기".to_owned(),
            anonymous: true,
            hours: Some(Hours { opens: 22 * 60, closes: 4 * 60, time_zone: "Asia/Seoul".to_owned() }),
            closed: false,
        }
    }

    /// Returns true if anyone may write on the board at the moment.
    #[must_use]
    pub fn is_open(&self, moment: DateTime<Utc>) -> bool {
        self.opened && !self.closed && self.hours.as_ref().is_none_or(|hours| hours.include(moment))
    }

    /// Returns the moment when the board opens again, if it is closed at `moment` but not for good.
    #[must_use]
    pub fn opens_at(&self, moment: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let hours = self.hours.as_ref().filter(|_| self.opened && !self.closed)?;
        (!hours.include(moment)).then(|| hours.next_opening(moment))
    }

    /// Returns, for a board that was never set up, the built-in board of that name, if there is one; any
    /// other board as it is.
    #[must_use]
    pub fn or_built_in(self, slug: &str) -> Self {
        if !self.opened && slug == Self::night().slug { Self::night() } else { self }
    }
}
