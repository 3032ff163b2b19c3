//! The events of a search history.

use crate::aggregate::domain_event;
use crate::value::{SearchId, UserId};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An event of a search history, stored with the person's stream; the wire form of each is fixed by its
/// golden file. No event has the words of a search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub enum SearchHistoryEvent {
    /// The person has searched for the entry's words, for the first time or again.
    SearchRemembered {
        /// The user who searched.
        user_id: UserId,
        /// The entry's id, whose words the vault knows.
        search_id: SearchId,
        /// The time of the search, by the clock of the server that took the command: a search that follows
        /// soon after can be told to be the same.
        at: DateTime<Utc>,
    },
    /// The entry is not remembered any more: the person wished so, or has searched for many other things
    /// since.
    SearchForgotten {
        /// The user who searched.
        user_id: UserId,
        /// The entry's id.
        search_id: SearchId,
    },
    /// The entries so far are all forgotten.
    SearchesCleared {
        /// The user who searched.
        user_id: UserId,
    },
}

domain_event!(SearchHistoryEvent {
    SearchRemembered => "1",
    SearchForgotten => "1",
    SearchesCleared => "1",
});
