//! One person following another: a stream of its own for each pair, so that nobody's fame contends.

mod commands;
mod decide;
mod events;
#[cfg(test)]
mod tests;

pub use commands::{FollowCommand, Followee};
pub use decide::FollowRefusal;
pub use events::FollowEvent;

use serde::{Deserialize, Serialize};

/// How the one stands to the other now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Follow {
    /// They do.
    pub following: bool,
    /// They have asked to, and were not answered yet.
    pub requested: bool,
}
