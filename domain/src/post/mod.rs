//! A post: what a person publishes, may edit and may delete.

mod commands;
mod decide;
mod events;
#[cfg(test)]
mod tests;

pub use commands::{PostBody, PostCommand, Where};
pub use decide::PostRefusal;
pub use events::PostEvent;

use crate::value::{BoardId, Photo, UserId};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The state of a post; default when the post was never published.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// True if the post was ever published.
    pub published: bool,
    /// The user who published the post.
    pub author_id: UserId,
    /// One line above the text.
    pub title: Option<String>,
    /// The post's text; empty only beside photos.
    pub text: String,
    /// The post's tags: those given, and those written in the text.
    pub tags: Vec<String>,
    /// Handles written in the text.
    pub mentions: Vec<String>,
    /// The post's photos, in the order in which they are shown.
    pub photos: Vec<Photo>,
    /// True if only followers of the author may read the post.
    pub followers_only: bool,
    /// The board on which the post was published, if on any.
    pub board: Option<Placement>,
    /// The time when the post was first published elsewhere, for posts moved from another service.
    pub original_published_at: Option<DateTime<Utc>>,
    /// True if the post was deleted: it is gone for readers.
    pub deleted: bool,
}

/// A placement: the board of a post, and whether the post is anonymous.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Placement {
    /// The board's id.
    pub board_id: BoardId,
    /// True if authors under the post are known by an alias, which is the author to everyone but the vault.
    pub anonymous: bool,
}

impl Post {
    /// Returns true if readers and commands still find the post.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.published && !self.deleted
    }

    /// Returns true if the post's author, and each person who comments on the post or likes it, is known by
    /// an alias.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        self.board.is_some_and(|placement| placement.anonymous)
    }
}
