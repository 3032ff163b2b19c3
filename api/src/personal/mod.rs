//! A person's traces in each feature: those that the feature takes back when the person is erased
//! ([`take_back`]), and the files that the feature adds to the person's export ([`export`]). Features declare
//! both, and erasing and exporting are loops over the declarations.

mod export;
mod take_back;

/// What a feature has of people.
#[derive(Clone, Copy)]
pub struct Personal {
    /// The steps that undo what the feature has of a person who is erased. Personal text in events is masked without
    /// them.
    pub take_back: &'static [TakeBack],
    /// The files that the feature adds to a person's export.
    pub exports: &'static [Export],
}

impl Personal {
    /// Of a feature that has nothing of people but texts of events and rows of read models, which follow from the log.
    pub const NOTHING: Self = Self { take_back: &[], exports: &[] };
}

pub use export::{Export, ExportError, Exporter, Items, PAGE, Piece, Write};
pub use take_back::{Clearing, Deletion, Ending, ErasedPerson, TakeBack, TakeBackError};
