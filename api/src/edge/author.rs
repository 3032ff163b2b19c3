//! A person as a card shows them, wherever they stand.

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
}

impl From<authors::Author> for Author {
    fn from(author: authors::Author) -> Self {
        Self { id: author.id.0, handle: author.handle, display_name: author.display_name }
    }
}
