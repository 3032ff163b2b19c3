//! A search history: the searches that a person has made, as far as the person lets them be remembered. Each
//! person has one stream, because the list is short and is forgotten as a whole, too.
//!
//! No event has the words of a search. Events are for ever and are read by analysts, and nothing tells more
//! of a person than what they look for. An event names an entry by a random id; the vault alone knows the
//! entry's words, and has them only as long as the entry is there. Two other ways were no good:
//! - the words themselves, masked when they are forgotten, as those of posts are: analysts would read them until then,
//!   and so would whoever took a copy of the log away;
//! - a hash of the words, keyed or not: a person who searches for something finds its hash in their own
//!   event, and then everybody else who searched for the same.
//!
//! An id is therefore good for one person's entry only, and another id is made when forgotten words are
//! searched again.

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

/// The state of a search history: the entries that are remembered now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchHistory {
    /// The remembered searches, the latest one last.
    pub searches: Vec<SearchId>,
    /// The time of the latest search.
    pub latest_at: Option<DateTime<Utc>>,
}

impl SearchHistory {
    /// The greatest number of searches that are remembered: the oldest is forgotten for one more.
    pub const MAX: usize = 50;

    /// The time within which a repeat of the latest search is no new one: the person has turned a page, or come
    /// back to one.
    pub const SAME_FOR: TimeDelta = TimeDelta::minutes(10);
}
