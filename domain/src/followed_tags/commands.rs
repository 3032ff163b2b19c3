//! The commands of a person's followed tags.

use crate::value::{Tag, UserId};

/// A command for one person's followed tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FollowedTagsCommand {
    /// Follows a tag.
    Follow {
        /// The user who follows.
        user_id: UserId,
        /// The tag to follow.
        tag: Tag,
    },
    /// Unfollows a tag.
    Unfollow {
        /// The user who followed.
        user_id: UserId,
        /// The tag to unfollow.
        tag: Tag,
    },
}
