//! What can be asked of a batch of looks.

use super::PostViews;

/// Asked of one batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ViewBatchCommand {
    /// Count it.
    Count {
        /// Each post once, 1 to [`super::ViewBatch::POSTS_MAX`].
        posts: Vec<PostViews>,
    },
}
