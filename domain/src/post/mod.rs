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

/// What is known of a post; default when it was never published.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// Whether it ever was.
    pub published: bool,
    /// Who published it.
    pub author_id: UserId,
    /// One line above the text.
    pub title: Option<String>,
    /// What it says; empty only beside photos.
    pub text: String,
    /// Given and written in the text.
    pub tags: Vec<String>,
    /// Handles written in the text.
    pub mentions: Vec<String>,
    /// In the order in which they are shown.
    pub photos: Vec<Photo>,
    /// Only those who follow the author may read it.
    pub followers_only: bool,
    /// Where it was published, if on a board.
    pub board: Option<Placement>,
    /// When it was first published elsewhere, for posts moved from another service.
    pub original_published_at: Option<DateTime<Utc>>,
    /// Gone for readers.
    pub deleted: bool,
}

/// How a post stands on a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Placement {
    /// Which board.
    pub board_id: BoardId,
    /// Who writes under it is known by an alias, which is the author to everyone but the vault.
    pub anonymous: bool,
}

impl Post {
    /// Whether readers and commands still find it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.published && !self.deleted
    }

    /// Whether its author, and whoever comments on it or likes it, is known by an alias.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        self.board.is_some_and(|placement| placement.anonymous)
    }
}
