//! A like of one post or comment by one person: a stream of its own for each pair, so that a million likes on
//! one post never contend.

mod commands;
mod decide;
mod events;
mod target;
#[cfg(test)]
mod tests;

pub use commands::LikeCommand;
pub use decide::LikeRefusal;
pub use events::LikeEvent;
pub use target::Target;

use serde::{Deserialize, Serialize};

/// The state of one pair: whether the person likes the target.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Like {
    /// True if the person likes the target now.
    pub liked: bool,
}
