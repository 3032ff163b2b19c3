//! Likes as JSON.

use crate::edge::Author;
use chrono::{DateTime, Utc};
use projections::likes;
use serde::Serialize;
use utoipa::ToSchema;

/// A person who likes a post or a comment.
#[derive(Debug, Serialize, ToSchema)]
pub struct Liker {
    /// The person.
    pub user: Author,
    /// The time of the like.
    pub liked_at: DateTime<Utc>,
}

impl From<likes::Liker> for Liker {
    fn from(liker: likes::Liker) -> Self {
        Self { user: liker.author.into(), liked_at: liker.liked_at }
    }
}
