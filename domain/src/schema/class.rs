//! Classes of texts: a text is a person's, who can be forgotten, or anyone's. The class stands beside the
//! text's type, as `#[schemars(extend("x-class" = "personal"))]` or `"public"`, so that no event can be
//! written without one.

use super::{ColumnKind, choices, is_nullable};
use serde_json::Value;

#[cfg(test)]
mod tests;

/// The keyword of the JSON Schemas whose value is a text's class.
pub const CLASS: &str = "x-class";

/// The class of a text: whose the text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The text belongs to nobody in particular, and stays for good.
    Public,
    /// The text was written by a person, or names a person: when that person is forgotten the mask takes the
    /// text's place.
    Personal(Mask),
}

/// The mask: what takes the place of a personal text, so that the event can still be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mask {
    /// The mask of a text that may be null: `null`.
    Null,
    /// The mask of a text that may not be null: `""`.
    Empty,
    /// The mask of a list of texts: `[]`.
    NoItems,
}

impl Mask {
    /// Returns the mask as JSON.
    #[must_use]
    pub fn json(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Empty => "\"\"",
            Self::NoItems => "[]",
        }
    }
}

/// Returns a text's class; none if nobody has given the text one, and none for a value that is neither a text
/// nor a list of texts.
pub(super) fn class(schema: &Value, kind: &ColumnKind) -> Option<Class> {
    if !is_text(kind) {
        return None;
    }
    match schema[CLASS].as_str() {
        Some("personal") => Some(Class::Personal(mask(schema, kind))),
        Some("public") => Some(Class::Public),
        Some(_) => None,
        // Constants are words that we chose, and nobody's.
        None => is_constant(schema).then_some(Class::Public),
    }
}

fn is_text(kind: &ColumnKind) -> bool {
    match kind {
        ColumnKind::Text => true,
        ColumnKind::List(of) => is_text(of),
        ColumnKind::Uuid
        | ColumnKind::Time
        | ColumnKind::Integer
        | ColumnKind::Boolean
        | ColumnKind::Object(_) => false,
    }
}

fn mask(schema: &Value, kind: &ColumnKind) -> Mask {
    // Masks don't depend on whether a field can be missing: where such a field is there, it may still have to
    // be a text.
    match (kind, is_nullable(schema)) {
        (ColumnKind::List(_), _) => Mask::NoItems,
        (_, true) => Mask::Null,
        (_, false) => Mask::Empty,
    }
}

/// Returns true if the value is one of some words that the type names.
fn is_constant(schema: &Value) -> bool {
    let mut choices = choices(schema).peekable();
    let by_itself = schema.get("const").is_some() || schema.get("enum").is_some();
    by_itself || (choices.peek().is_some() && choices.all(is_constant))
}
