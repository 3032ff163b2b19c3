//! What a feature has of a person: what it takes back when they are erased ([`take_back`]), and the files it adds to
//! their export ([`export`]). Features declare both, and erasing and exporting are loops over what they declare.

mod export;
mod take_back;

pub use export::{Export, ExportError, Exporter, Items, PAGE, Piece, Write};
pub use take_back::{Clearing, Deletion, Ending, ErasedPerson, TakeBack, TakeBackError};
