//! A person as a card shows them, wherever they stand.

use crate::profile_images::avatar_path;
use domain::value::UserId;
use projections::authors;
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
