//! Tags as JSON.

use projections::tags;
use serde::Serialize;
use utoipa::ToSchema;

/// A tag and how much it is used.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tag {
    /// Without `#`.
    #[schema(example = "한강")]
    pub tag: String,
    /// Posts that carry it.
    pub post_count: i64,
}

/// A tag as its page shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct TagPage {
    /// Without `#`.
    #[schema(example = "한강")]
    pub tag: String,
    /// Posts that carry it.
    pub post_count: i64,
    /// People who follow it.
    pub follower_count: i64,
    /// Whether the caller does; false if nobody is logged in.
    pub followed_by_me: bool,
}

/// A tag that is used now.
#[derive(Debug, Serialize, ToSchema)]
pub struct Trend {
    /// Without `#`.
    #[schema(example = "한강")]
    pub tag: String,
    /// Posts of the period that carry it.
    pub post_count: i64,
    /// How many different people published them.
    pub author_count: i64,
}

impl From<tags::TagCount> for Tag {
    fn from(count: tags::TagCount) -> Self {
        Self { tag: count.tag, post_count: count.post_count }
    }
}

impl From<tags::TagPage> for TagPage {
    fn from(page: tags::TagPage) -> Self {
        let tags::TagPage { tag, post_count, follower_count, followed_by_me } = page;
        Self { tag, post_count, follower_count, followed_by_me }
    }
}

impl From<tags::Trend> for Trend {
    fn from(trend: tags::Trend) -> Self {
        let tags::Trend { tag, post_count, author_count } = trend;
        Self { tag, post_count, author_count }
    }
}
