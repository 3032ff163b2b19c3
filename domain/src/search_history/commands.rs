//! The commands of a search history.

use crate::value::{SearchId, UserId};
use chrono::{DateTime, Utc};

/// A command for one person's search history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchHistoryCommand {
    /// Remembers a search as the latest one.
    Remember {
        /// The user who searched.
        user_id: UserId,
        /// The entry's id: the same words have the same id as long as they are remembered.
        search_id: SearchId,
        /// The time of the search.
        at: DateTime<Utc>,
    },
    /// Forgets one search.
    Forget {
        /// The user who searched.
        user_id: UserId,
        /// The entry's id.
        search_id: SearchId,
    },
    /// Forgets all searches.
    Clear {
        /// The user who searched.
        user_id: UserId,
    },
}
