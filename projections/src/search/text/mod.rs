//! Text as search compares it, whichever engine searches.
//!
//! Reading order: [`fold`] (which texts count as the same), [`grams`] (what is indexed, and how a word of a
//! query is found within other words), [`initials`] (ㄱㄱ finds 감귤), [`keyboard`] (rkarbf was meant as 감귤),
//! [`highlight`], [`language`].

mod fold;
mod grams;
mod highlight;
mod initials;
mod keyboard;
mod language;

pub use fold::{Folded, fold, is_cjk};
pub use grams::{BEGIN, Gram, Unit, grams, needle, units};
pub use highlight::highlights;
pub use initials::{initials, is_initials};
pub use keyboard::{as_hangul, keys};
pub use language::language;
