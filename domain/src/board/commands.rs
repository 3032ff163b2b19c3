//! What can be asked of a board.

use super::Hours;
use crate::value::{BoardDescription, BoardName, Slug};

/// Asked of one board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BoardCommand {
    /// Let it be there, and be so.
    Set {
        /// Its name in addresses.
        slug: Slug,
        /// Its name.
        name: BoardName,
        /// What it is for.
        description: BoardDescription,
        /// Who writes there is known by an alias.
        anonymous: bool,
        /// When anyone may write there; always, if none.
        hours: Option<Hours>,
        /// Nothing new can be written there.
        closed: bool,
    },
}
