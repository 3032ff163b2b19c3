//! Likes as JSON.

use crate::edge::Author;
use chrono::{DateTime, Utc};
use projections::likes;
use serde::Serialize;
use utoipa::ToSchema;

/// A person who likes something.
#[derive(Debug, Serialize, ToSchema)]
pub struct Liker {
    /// Who.
    pub user: Author,
    /// Since when.
    pub liked_at: DateTime<Utc>,
}

impl From<likes::Liker> for Liker {
    fn from(liker: likes::Liker) -> Self {
        Self { user: liker.author.into(), liked_at: liker.liked_at }
    }
}
