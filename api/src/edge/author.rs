//! The author of something as a card shows them, wherever they stand: a person or an alias.

use super::caller::Person;
use domain::alias;
use domain::value::UserId;
use projections::authors::{self, Byline};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The person behind a post, a comment or a like.
#[derive(Debug, Serialize, ToSchema)]
pub struct Author {
    /// The person's id.
    pub id: Uuid,
    /// The handle, as its owner writes it.
    #[schema(example = "마당쇠")]
    pub handle: String,
    /// The display name: free text.
    #[schema(example = "Mina Kim")]
    pub display_name: String,
    /// The address of the photo beside their name, or of a drawing that stands for it.
    #[schema(example = "/v1/users/mina/avatar")]
    pub avatar_url: String,
}

impl Author {
    /// The author with this id and these names.
    #[must_use]
    pub fn new(id: UserId, handle: String, display_name: String) -> Self {
        Self { id: id.0, avatar_url: avatar_path(&handle), handle, display_name }
    }
}

impl From<authors::Author> for Author {
    fn from(author: authors::Author) -> Self {
        Self::new(author.id, author.handle, author.display_name)
    }
}

/// The alias of a person who writes anonymously: another one under every post.
#[derive(Debug, Serialize, ToSchema)]
pub struct Alias {
    /// The alias's id: the same for everything that the person writes under this post.
    pub id: Uuid,
    /// The alias's name in Korean.
    #[schema(example = "익명의 수달")]
    pub name: String,
    /// The alias's name in English.
    #[schema(example = "Anonymous Otter")]
    pub name_en: String,
    /// True if the alias is the caller's.
    pub is_me: bool,
}

impl Alias {
    /// The alias of this id; the vault alone can tell whose it is.
    #[must_use]
    pub fn of(id: UserId) -> Self {
        let alias::Names { ko, en } = alias::names(id.0);
        Self { id: id.0, name: ko, name_en: en, is_me: false }
    }
}

/// The author of what `by` has just written, or the alias where it is anonymous.
#[must_use]
pub fn of_writer(by: &Person, author_id: UserId, anonymous: bool) -> (Option<Author>, Option<Alias>) {
    if anonymous {
        return (None, Some(Alias { is_me: true, ..Alias::of(author_id) }));
    }
    let (handle, display_name) = (by.user.handle.clone(), by.user.display_name.clone());
    (Some(Author::new(by.id, handle, display_name)), None)
}

/// Splits a byline into author or alias: exactly one of them.
#[must_use]
pub fn split(by: Byline) -> (Option<Author>, Option<Alias>) {
    match by {
        Byline::Author(author) => (Some(author.into()), None),
        Byline::Alias(id) => (None, Some(Alias::of(id))),
    }
}

/// The path where the photo beside a person's name is always seen.
#[must_use]
pub fn avatar_path(handle: &str) -> String {
    format!("/v1/users/{}/avatar", encoded(handle))
}

/// The path where the photo over a person's profile is always seen.
#[must_use]
pub fn banner_path(handle: &str) -> String {
    format!("/v1/users/{}/banner", encoded(handle))
}

/// Encodes a handle for a path: it has letters, digits and `_`, of any script.
fn encoded(handle: &str) -> String {
    handle.bytes().fold(String::with_capacity(handle.len()), |mut path, byte| {
        match byte.is_ascii() {
            true => path.push(char::from(byte)),
            false => path.push_str(&format!("%{byte:02X}")),
        }
        path
    })
}
