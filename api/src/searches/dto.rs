//! Searches as JSON.

use crate::edge::{Fields, Problem};
use chrono::{DateTime, Utc};
use domain::value::SearchText;
use projections::searches;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A search that the caller makes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSearch {
    /// The text in the search field: 1 to 100 characters. Any blanks in a row are one space.
    #[schema(example = "감귤 -광고")]
    query: String,
}

impl NewSearch {
    /// Checks the text.
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
    /// The search's id: the same for the same query, as long as the search is remembered.
    pub id: Uuid,
    /// The query as it is remembered.
    #[schema(example = "감귤 -광고")]
    pub query: String,
}

/// A search that is remembered.
#[derive(Debug, Serialize, ToSchema)]
pub struct Search {
    /// The search's id, to have the search forgotten.
    pub id: Uuid,
    /// The query as it was last written.
    #[schema(example = "감귤 -광고")]
    pub query: String,
    /// The time of the last search with this query.
    pub searched_at: DateTime<Utc>,
}

impl From<searches::Search> for Search {
    fn from(search: searches::Search) -> Self {
        let searches::Search { id, query, searched_at } = search;
        Self { id: id.0, query, searched_at }
    }
}

/// A query that many people search for.
#[derive(Debug, Serialize, ToSchema)]
pub struct PopularSearch {
    /// The query in small letters.
    #[schema(example = "감귤")]
    pub query: String,
}
