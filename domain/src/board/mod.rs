//! A board: a place to post, perhaps under an alias, perhaps only at some hours.

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

/// What is known of a board; default when it was never set up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Board {
    /// Whether it ever was.
    pub opened: bool,
    /// Its name in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Who writes there is known by an alias.
    pub anonymous: bool,
    /// When anyone may write there; always, if none.
    pub hours: Option<Hours>,
    /// Nothing new can be written there any more.
    pub closed: bool,
}

impl Board {
    /// The board that is there before anyone has set up any: 심야톡방, the night board.
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

    /// Whether anyone may write there then.
    #[must_use]
    pub fn is_open(&self, moment: DateTime<Utc>) -> bool {
        self.opened && !self.closed && self.hours.as_ref().is_none_or(|hours| hours.include(moment))
    }

    /// When it opens again, if it is closed then but not for good.
    #[must_use]
    pub fn opens_at(&self, moment: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let hours = self.hours.as_ref().filter(|_| self.opened && !self.closed)?;
        (!hours.include(moment)).then(|| hours.next_opening(moment))
    }

    /// Of a board that was never set up: what is there instead, if there is anything.
    #[must_use]
    pub fn or_built_in(self, slug: &str) -> Self {
        if !self.opened && slug == Self::night().slug { Self::night() } else { self }
    }
}
