//! Search engines behind the port of [`projections::search::engine`], and what feeds them.

pub mod embedded;
pub mod feeder;

pub use embedded::Embedded;
pub use feeder::{Fed, Feeder};
