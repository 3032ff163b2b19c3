//! Searches as JSON.

use crate::edge::{Fields, Problem};
use chrono::{DateTime, Utc};
use domain::value::SearchText;
use projections::searches;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What the caller searches for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSearch {
    /// What is in the search field: 1 to 100 characters. Any blanks in a row are one space.
    #[schema(example = "감귤 -광고")]
    query: String,
}

impl NewSearch {
    /// Checks it.
    ///
    /// # Errors
    /// 422 with what is wrong.
    pub fn text(&self) -> Result<SearchText, Problem> {
        let mut fields = Fields::default();
        fields.take("/query", SearchText::parse(&self.query)).ok_or_else(|| fields.problem())
    }
}

/// A search that is remembered from now on.
#[derive(Debug, Serialize, ToSchema)]
pub struct RememberedSearch {
    /// The same for the same query, as long as it is remembered.
    pub id: Uuid,
    /// As it is remembered.
    #[schema(example = "감귤 -광고")]
    pub query: String,
}

/// A search that is remembered.
#[derive(Debug, Serialize, ToSchema)]
pub struct Search {
    /// Names it to have it forgotten.
    pub id: Uuid,
    /// As it was last written.
    #[schema(example = "감귤 -광고")]
    pub query: String,
    /// When it was last searched.
    pub searched_at: DateTime<Utc>,
}

impl From<searches::Search> for Search {
    fn from(search: searches::Search) -> Self {
        let searches::Search { id, query, searched_at } = search;
        Self { id: id.0, query, searched_at }
    }
}

/// What many people search for.
#[derive(Debug, Serialize, ToSchema)]
pub struct PopularSearch {
    /// In small letters.
    #[schema(example = "감귤")]
    pub query: String,
}
