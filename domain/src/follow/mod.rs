//! A follow of one person by another: a stream of its own for each pair, so that nobody's fame contends.

mod commands;
mod decide;
mod events;
#[cfg(test)]
mod tests;

pub use commands::{FollowCommand, Followee};
pub use decide::FollowRefusal;
pub use events::FollowEvent;

use serde::{Deserialize, Serialize};

/// The state of one pair: whether the follower follows the followee.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Follow {
    /// True if the follower follows the followee.
    pub following: bool,
    /// True if the follower has asked to follow, and was not answered yet.
    pub requested: bool,
}
