//! Tags as JSON.

use projections::tags;
use serde::Serialize;
use utoipa::ToSchema;

/// A tag and the number of its posts.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tag {
    /// The tag, without `#`.
    #[schema(example = "한강")]
    pub tag: String,
    /// The number of posts that carry the tag.
    pub post_count: i64,
}

/// A tag as its page shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct TagPage {
    /// The tag, without `#`.
    #[schema(example = "한강")]
    pub tag: String,
    /// The number of posts that carry the tag.
    pub post_count: i64,
    /// The number of people who follow the tag.
    pub follower_count: i64,
    /// True if the caller follows the tag; false if nobody is logged in.
    pub followed_by_me: bool,
}

/// A tag that is used now.
#[derive(Debug, Serialize, ToSchema)]
pub struct Trend {
    /// The tag, without `#`.
    #[schema(example = "한강")]
    pub tag: String,
    /// The number of posts of the period that carry the tag.
    pub post_count: i64,
    /// The number of different people who published these posts.
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
