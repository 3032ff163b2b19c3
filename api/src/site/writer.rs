//! The writer of a post or comment, as the pages show them.

use super::address;
use super::text::Text;
use crate::edge::{Alias, Author};

/// A person, or a writer known by an alias, or nobody any more.
pub(crate) struct Writer {
    pub(crate) name: String,
    /// The address of the writer's page, if they have one.
    pub(crate) address: Option<String>,
    pub(crate) avatar: Option<String>,
}

impl Writer {
    pub(crate) fn of(author: Option<&Author>, alias: Option<&Alias>, text: &Text) -> Self {
        match (author, alias) {
            (Some(author), _) => Self {
                name: author.display_name.clone(),
                address: Some(address::person(&author.handle)),
                avatar: Some(author.avatar_url.clone()),
            },
            (None, Some(alias)) => {
                let name = if text.code == "ko" { &alias.name } else { &alias.name_en };
                Self { name: name.clone(), address: None, avatar: None }
            }
            (None, None) => Self { name: String::new(), address: None, avatar: None },
        }
    }
}
