//! What can be asked of what a person has searched for.

use crate::value::{SearchId, UserId};
use chrono::{DateTime, Utc};

/// Asked of one person's stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchHistoryCommand {
    /// Remember a search as the latest one.
    Remember {
        /// Who searched.
        user_id: UserId,
        /// What for: the same words have the same id as long as they are remembered.
        search_id: SearchId,
        /// When.
        at: DateTime<Utc>,
    },
    /// Forget one.
    Forget {
        /// Who searched.
        user_id: UserId,
        /// Which.
        search_id: SearchId,
    },
    /// Forget all.
    Clear {
        /// Who searched.
        user_id: UserId,
    },
}
