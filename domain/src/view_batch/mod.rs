//! A view batch: how often posts were looked at, a batch at a time: an event for each look would make the log
//! mostly of looks. A batch is a stream of one event, so counting a batch again counts nothing. No event says
//! who looked.

mod commands;
mod decide;
mod events;
#[cfg(test)]
mod tests;

pub use commands::ViewBatchCommand;
pub use decide::ViewBatchRefusal;
pub use events::{PostViews, ViewBatchEvent};

use serde::{Deserialize, Serialize};

/// The state of a batch: whether it is counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViewBatch {
    /// True if the batch is counted.
    pub counted: bool,
}

impl ViewBatch {
    /// The greatest number of posts in a batch.
    pub const POSTS_MAX: usize = 500;
}
