//! The events of a board.

use super::Hours;
use crate::aggregate::domain_event;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An event of a board, stored with the board's stream; the wire form of each is fixed by its golden file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub enum BoardEvent {
    /// The board was opened: people can post on it from now on.
    BoardOpened {
        /// The board's name in addresses.
        #[schemars(extend("x-class" = "public"))]
        slug: String,
        /// The board's name.
        #[schemars(extend("x-class" = "public"))]
        name: String,
        /// The board's description: what it is for.
        #[schemars(extend("x-class" = "public"))]
        description: String,
        /// True if authors on the board are known by an alias, for good.
        anonymous: bool,
        /// The hours when anyone may write on the board; always, if none.
        hours: Option<Hours>,
    },
    /// The board has this name, this description and these hours from now on.
    BoardChanged {
        /// The board's name.
        #[schemars(extend("x-class" = "public"))]
        name: String,
        /// The board's description: what it is for.
        #[schemars(extend("x-class" = "public"))]
        description: String,
        /// The hours when anyone may write on the board; always, if none.
        hours: Option<Hours>,
        /// True if nothing new can be written on the board.
        closed: bool,
    },
}

domain_event!(BoardEvent { BoardOpened => "1", BoardChanged => "1" });
