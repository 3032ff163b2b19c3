//! What can be asked of the tags that a person follows.

use crate::value::{Tag, UserId};

/// Asked of one person's stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FollowedTagsCommand {
    /// Begin to follow a tag.
    Follow {
        /// Who follows.
        user_id: UserId,
        /// What.
        tag: Tag,
    },
    /// Follow a tag no longer.
    Unfollow {
        /// Who followed.
        user_id: UserId,
        /// What.
        tag: Tag,
    },
}
