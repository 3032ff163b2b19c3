//! The commands of a board.

use super::Hours;
use crate::value::{BoardDescription, BoardName, Slug};

/// A command for one board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BoardCommand {
    /// Sets the board up, or changes it, to be as these fields say.
    Set {
        /// The board's name in addresses.
        slug: Slug,
        /// The board's name.
        name: BoardName,
        /// The board's description: what it is for.
        description: BoardDescription,
        /// True if authors on the board are known by an alias.
        anonymous: bool,
        /// The hours when anyone may write on the board; always, if none.
        hours: Option<Hours>,
        /// True if nothing new can be written on the board.
        closed: bool,
    },
}
