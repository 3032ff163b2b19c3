//! Read models: what queries see, built from events and from nothing else. Words that must be forgotten one
//! by one are not in events, so [`searches`] has the vault's words joined to its rows as they are read.
//!
//! Reading order:
//! 1. [`ports`]: the log and the announcements, as the projections need them.
//! 2. [`projector`]: the shape of a projector.
//! 3. [`tags`]: the smallest read model from end to end; [`profiles`], [`posts`], [`comments`],
//!    [`timelines`], [`media`], [`boards`] and [`searches`] are its kin. In each folder `tables.sql` and
//!    `indexes.sql` make the tables, `project.rs` writes them and `query.rs` reads them.
//! 4. [`runner`]: batches and the checkpoint in one transaction; [`lease`]: one runner at a time;
//!    [`retry`]: another try of parked events.
//! 5. [`rebuild`] and [`verify`]: a copy built beside the live one, swapped in or compared.
//! 6. [`progress`]: how readers wait for their own writes; [`reads`]: the connections that queries read
//!    through.
//! 7. [`search`]: documents for engines, and how text is compared.
//!
//! Invariants of this crate:
//! - A checkpoint moves in the transaction that writes the rows, and position p is applied only after p-1.
//! - The rows that a projector leaves behind do not depend on how the log was cut into batches, nor on when
//!   its delayed work ran: a rebuilt copy equals the live one row for row.
//! - No slice imports another; tables that several slices keep alike ([`authors`], [`likes`], `hidden`) are
//!   parametrised, and cards of another slice's posts ([`cards`]) are given to a slice by the crate that
//!   wires them.
//! - Writes name tables without schema (the runner sets the search path), reads name the schema.

pub mod authors;
pub mod boards;
pub mod cards;
pub mod comments;
mod counts;
mod follows;
#[cfg(test)]
mod given;
mod hidden;
pub mod lease;
pub mod likes;
pub mod media;
pub mod page;
pub mod ports;
pub mod posts;
pub mod profiles;
pub mod progress;
pub mod projector;
pub mod reads;
pub mod rebuild;
pub mod retry;
mod rows;
pub mod runner;
mod scanned;
pub mod schema;
pub mod search;
pub mod searches;
pub mod tags;
pub mod timelines;
pub mod verify;

pub use page::Page;
pub use ports::{Position, RecordedEvent};
pub use projector::{Check, Definition, Projector, Tx};
