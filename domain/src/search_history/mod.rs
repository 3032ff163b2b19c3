//! What a person has searched for, as far as they let it be remembered: one stream for each person, because the list
//! is short and is forgotten as a whole, too.
//!
//! What they searched for is in no event. Events are for ever and are read by analysts, and nothing tells more of a
//! person than what they look for. An event names an entry by a random id; the vault alone knows its words, and has
//! them only as long as the entry is there. Two other ways were no good:
//! - the words themselves, masked when they are forgotten, as those of posts are: analysts would read them until then,
//!   and so would whoever took a copy of the log away;
//! - a hash of them, keyed or not: whoever searches for something finds its hash in their own event, and then
//!   everybody else who searched for the same.
//!
//! So an id is good for one person's entry only, and another one is made when what was forgotten is searched again.

mod commands;
mod decide;
mod events;
#[cfg(test)]
mod tests;

pub use commands::SearchHistoryCommand;
pub use decide::SearchHistoryRefusal;
pub use events::SearchHistoryEvent;

use crate::value::SearchId;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// What is remembered now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchHistory {
    /// The latest one last.
    pub searches: Vec<SearchId>,
    /// When that was searched.
    pub latest_at: Option<DateTime<Utc>>,
}

impl SearchHistory {
    /// How many are remembered: the oldest is forgotten for one more.
    pub const MAX: usize = 50;

    /// Who searches for the same again so soon has turned a page, or come back to one.
    pub const SAME_FOR: TimeDelta = TimeDelta::minutes(10);
}
