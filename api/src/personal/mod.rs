//! A person's traces in each feature: those that the feature takes back when the person is erased
//! ([`take_back`]), and the files that the feature adds to the person's export ([`export`]). Features declare
//! both, and erasing and exporting are loops over the declarations.

mod export;
mod take_back;

pub use export::{Export, ExportError, Exporter, Items, PAGE, Piece, Write};
pub use take_back::{Clearing, Deletion, Ending, ErasedPerson, TakeBack, TakeBackError};
