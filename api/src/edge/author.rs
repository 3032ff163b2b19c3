//! A person as a card shows them, wherever they stand.

use super::caller::Person;
use domain::alias;
use domain::value::UserId;
use projections::authors::{self, Byline};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Who stands behind a post, a comment or a like.
#[derive(Debug, Serialize, ToSchema)]
pub struct Author {
    /// Which person.
    pub id: Uuid,
    /// As its owner writes it.
    #[schema(example = "마당쇠")]
    pub handle: String,
    /// Free text.
    #[schema(example = "Mina Kim")]
    pub display_name: String,
    /// Where the photo beside their name is, or a drawing that stands for it.
    #[schema(example = "/v1/users/mina/avatar")]
    pub avatar_url: String,
}

impl Author {
    /// A person who is called so.
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

/// What someone is known by who writes anonymously: another one under every post.
#[derive(Debug, Serialize, ToSchema)]
pub struct Alias {
    /// The same for everything that they write under this post.
    pub id: Uuid,
    /// In Korean.
    #[schema(example = "익명의 수달")]
    pub name: String,
    /// In English.
    #[schema(example = "Anonymous Otter")]
    pub name_en: String,
    /// Whether it is the caller's.
    pub is_me: bool,
}

impl Alias {
    /// Of this id; whose it is is for the vault to tell.
    #[must_use]
    pub fn of(id: UserId) -> Self {
        let alias::Names { ko, en } = alias::names(id.0);
        Self { id: id.0, name: ko, name_en: en, is_me: false }
    }
}

/// Of what `by` has just written, under an alias or not.
#[must_use]
pub fn of_writer(by: &Person, author_id: UserId, anonymous: bool) -> (Option<Author>, Option<Alias>) {
    if anonymous {
        return (None, Some(Alias { is_me: true, ..Alias::of(author_id) }));
    }
    let (handle, display_name) = (by.user.handle.clone(), by.user.display_name.clone());
    (Some(Author::new(by.id, handle, display_name)), None)
}

/// Author or alias: exactly one of them.
#[must_use]
pub fn split(by: Byline) -> (Option<Author>, Option<Alias>) {
    match by {
        Byline::Author(author) => (Some(author.into()), None),
        Byline::Alias(id) => (None, Some(Alias::of(id))),
    }
}

/// Where the photo beside a person's name is always seen.
#[must_use]
pub fn avatar_path(handle: &str) -> String {
    format!("/v1/users/{}/avatar", encoded(handle))
}

/// Where the photo over a person's profile is always seen.
#[must_use]
pub fn banner_path(handle: &str) -> String {
    format!("/v1/users/{}/banner", encoded(handle))
}

/// Letters, digits and `_`, of any script.
fn encoded(handle: &str) -> String {
    handle.bytes().fold(String::with_capacity(handle.len()), |mut path, byte| {
        match byte.is_ascii() {
            true => path.push(char::from(byte)),
            false => path.push_str(&format!("%{byte:02X}")),
        }
        path
    })
}
