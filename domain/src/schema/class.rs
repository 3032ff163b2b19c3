//! Whose a text is: a person's, who can be forgotten, or anyone's. It stands beside the text's type, as
//! `#[schemars(extend("x-class" = "personal"))]` or `"public"`, so that no event can be written without an answer.

use super::{ColumnKind, choices, is_nullable};
use serde_json::Value;

#[cfg(test)]
mod tests;

/// The keyword of the JSON Schemas that has a text's class.
pub const CLASS: &str = "x-class";

/// Whose a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Of nobody in particular: it stays for good.
    Public,
    /// What a person wrote, or is known by: when they are forgotten the mask takes its place.
    Personal(Mask),
}

/// What takes the place of a personal text, so that the event can still be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mask {
    /// Of what may be null: `null`.
    Null,
    /// Of what must be a text: `""`.
    Empty,
    /// Of a list of texts: `[]`.
    NoItems,
}

impl Mask {
    /// As JSON.
    #[must_use]
    pub fn json(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Empty => "\"\"",
            Self::NoItems => "[]",
        }
    }
}

/// A text's class; none if nobody has given it one, and for whatever is no text, or no list of texts.
pub(super) fn class(schema: &Value, kind: &ColumnKind) -> Option<Class> {
    if !is_text(kind) {
        return None;
    }
    match schema[CLASS].as_str() {
        Some("personal") => Some(Class::Personal(mask(schema, kind))),
        Some("public") => Some(Class::Public),
        Some(_) => None,
        // Of words that we chose nobody wrote one.
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
    // What can be missing may still have to be a text where it is there, so that is not asked.
    match (kind, is_nullable(schema)) {
        (ColumnKind::List(_), _) => Mask::NoItems,
        (_, true) => Mask::Null,
        (_, false) => Mask::Empty,
    }
}

/// Whether it is one of some words that the type names.
fn is_constant(schema: &Value) -> bool {
    let mut choices = choices(schema).peekable();
    let by_itself = schema.get("const").is_some() || schema.get("enum").is_some();
    by_itself || (choices.peek().is_some() && choices.all(is_constant))
}
