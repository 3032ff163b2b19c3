//! Boards: where people post, with their hours.

mod project;
pub mod query;
#[cfg(test)]
mod tests;

pub use query::{by_slug, list};

use crate::{Check, Definition, Projector, RecordedEvent, Tx};
use domain::board;
use domain::value::BoardId;
use futures::future::BoxFuture;
use std::sync::Arc;

/// A board as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    /// The board's id.
    pub id: BoardId,
    /// The board's state: its name, description, hours and the rest.
    pub state: board::Board,
    /// The sequence of the board's latest event; 0 while the board is as it is built in.
    pub version: i64,
}

/// The projector of the schema `boards`.
#[derive(Clone, Copy, Debug)]
pub struct BoardsProjector;

static DEFINITION: Definition = Definition {
    name: "boards",
    version: 1,
    interests: &["board"],
    tables: include_str!("tables.sql"),
    indexes: "",
    compared: &["select board_id, slug, name, description, anonymous, hours, closed, version from boards"],
    checks: &[Check {
        states: "boards are as their latest events say, or as they are built in",
        sql: include_str!("check.sql"),
    }],
};

impl Projector for BoardsProjector {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn apply<'a>(
        &'a self,
        tx: &'a mut Tx<'_>,
        events: &'a [Arc<RecordedEvent>],
    ) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        Box::pin(project::apply(tx, events))
    }
}
