//! What has happened to what a person has searched for.

use crate::aggregate::domain_event;
use crate::value::{SearchId, UserId};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Stored with the person's stream; the wire form of each is fixed by its golden file. None has the words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub enum SearchHistoryEvent {
    /// The person has searched for it, for the first time or again.
    SearchRemembered {
        /// Who searched.
        user_id: UserId,
        /// Whose words the vault knows.
        search_id: SearchId,
        /// When, by the clock of who took the command: what comes soon after it can be told to be the same.
        at: DateTime<Utc>,
    },
    /// It is not remembered any more: the person wished so, or has searched for many other things since.
    SearchForgotten {
        /// Who searched.
        user_id: UserId,
        /// Which.
        search_id: SearchId,
    },
    /// Nothing so far is remembered any more.
    SearchesCleared {
        /// Who searched.
        user_id: UserId,
    },
}

domain_event!(SearchHistoryEvent {
    SearchRemembered => "1",
    SearchForgotten => "1",
    SearchesCleared => "1",
});
