//! One person's like of one thing: a stream of its own for each pair, so that a million likes on one
//! post never contend.

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

/// Whether the person likes the thing now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Like {
    /// They do.
    pub liked: bool,
}
