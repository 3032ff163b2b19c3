//! A post: what a person publishes, may edit and may delete.

mod commands;
mod decide;
mod events;
#[cfg(test)]
mod tests;

pub use commands::{PostBody, PostCommand};
pub use decide::PostRefusal;
pub use events::PostEvent;

use crate::value::{Photo, UserId};
use chrono::{DateTime, Utc};
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
    /// When it was first published elsewhere, for posts moved from another service.
    pub original_published_at: Option<DateTime<Utc>>,
    /// Gone for readers.
    pub deleted: bool,
}

impl Post {
    /// Whether readers and commands still find it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.published && !self.deleted
    }
}
