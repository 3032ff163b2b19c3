//! Followed tags: the tags that one person follows, one stream for each person, because a list of tags is
//! short.

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

/// The state of the stream: the tags that the person follows now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowedTags {
    /// The tags, without `#`.
    pub tags: BTreeSet<String>,
}

impl FollowedTags {
    /// The greatest number of tags that can be followed: their posts are put together at read.
    pub const MAX: usize = 100;
}
