//! The commands of a view batch.

use super::PostViews;

/// A command for one view batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ViewBatchCommand {
    /// Counts the batch.
    Count {
        /// The posts with their views, each post once, 1 to [`super::ViewBatch::POSTS_MAX`].
        posts: Vec<PostViews>,
    },
}
