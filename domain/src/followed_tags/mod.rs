//! The tags that one person follows: one stream for each person, because a list of tags is short.

mod commands;
mod decide;
mod events;
#[cfg(test)]
mod tests;

pub use commands::FollowedTagsCommand;
pub use decide::FollowedTagsRefusal;
pub use events::FollowedTagsEvent;

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What the person follows now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowedTags {
    /// Without `#`.
    pub tags: BTreeSet<String>,
}

impl FollowedTags {
    /// How many can be followed: their posts are put together at read.
    pub const MAX: usize = 100;
}
