//! An alias: the name by which the author of an anonymous post or comment is known. The vault, and no event,
//! has the alias's author; a moderator's look at that author is an event here.

mod commands;
mod decide;
mod events;
mod names;
#[cfg(test)]
mod tests;

pub use commands::AliasCommand;
pub use decide::AliasRefusal;
pub use events::AliasEvent;
pub use names::{NAMES, Names, names, with_name};

use serde::{Deserialize, Serialize};

/// The state of an alias, none of which decides anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alias {
    /// The number of times that a moderator was told the alias's author.
    pub looked_up: u32,
}
