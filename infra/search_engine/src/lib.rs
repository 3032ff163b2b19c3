//! Search engines behind the port of [`projections::search::engine`], embedders behind that of
//! [`projections::search::embedder`], and the feeders of both.

pub mod embedded;
pub mod embedder;
pub mod feeder;
pub mod meilisearch;
pub mod vectors;

pub use embedded::Embedded;
pub use feeder::{Fed, Feeder};
pub use meilisearch::Meilisearch;
pub use vectors::VectorFeeder;
