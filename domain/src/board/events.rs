//! What has happened to a board.

use super::Hours;
use crate::aggregate::domain_event;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Stored with the board's stream; the wire form of each is fixed by its golden file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub enum BoardEvent {
    /// It is a place to post from now on.
    BoardOpened {
        /// Its name in addresses.
        #[schemars(extend("x-class" = "public"))]
        slug: String,
        /// Its name.
        #[schemars(extend("x-class" = "public"))]
        name: String,
        /// What it is for.
        #[schemars(extend("x-class" = "public"))]
        description: String,
        /// Who writes there is known by an alias, for good.
        anonymous: bool,
        /// When anyone may write there; always, if none.
        hours: Option<Hours>,
    },
    /// It is described so, and open so, from now on.
    BoardChanged {
        /// Its name.
        #[schemars(extend("x-class" = "public"))]
        name: String,
        /// What it is for.
        #[schemars(extend("x-class" = "public"))]
        description: String,
        /// When anyone may write there; always, if none.
        hours: Option<Hours>,
        /// Nothing new can be written there.
        closed: bool,
    },
}

domain_event!(BoardEvent { BoardOpened => "1", BoardChanged => "1" });
