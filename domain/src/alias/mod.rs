//! An alias: what the author of something anonymous is known by. Whose it is stands in the vault and in no event;
//! that someone looked it up is an event here.

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

/// Nothing of an alias decides anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alias {
    /// How often it was looked up whose it is.
    pub looked_up: u32,
}
