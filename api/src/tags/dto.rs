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

impl From<tags::TagCount> for Tag {
    fn from(count: tags::TagCount) -> Self {
        Self { tag: count.tag, post_count: count.post_count }
    }
}
