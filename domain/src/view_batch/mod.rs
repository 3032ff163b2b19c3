//! How often posts were looked at, a batch at a time: an event for each look would make the log mostly of looks.
//! A batch is a stream of one event, so counting it again counts nothing. Who looked is in no event.

mod commands;
mod decide;
mod events;
#[cfg(test)]
mod tests;

pub use commands::ViewBatchCommand;
pub use decide::ViewBatchRefusal;
pub use events::{PostViews, ViewBatchEvent};

use serde::{Deserialize, Serialize};

/// Whether the batch is counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViewBatch {
    /// It is.
    pub counted: bool,
}

impl ViewBatch {
    /// How many posts a batch has at most.
    pub const POSTS_MAX: usize = 500;
}
