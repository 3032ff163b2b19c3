//! The texts of posts that are to get vectors next, read from the documents' table. The reading is by
//! version, so that likes make no vectors anew.

use crate::Position;
use domain::value::PostId;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};
use uuid::Uuid;

/// The number of texts read at once.
const BATCH: i64 = 512;
/// The number of a text's characters that are embedded: models read no more than a few hundred words, and
/// what a post is about it says at its beginning.
const LONGEST_CHARS: usize = 2_000;

const TEXTS: &str = "
    select
        posts.post_id, posts.title, posts.text, posts.tags, posts.alternative_texts, posts.version,
        posts.gone or not coalesce(people.active, true) as gone
    from search.posts
    left join search.people on people.user_id = posts.author_id
    where (posts.version, posts.post_id) > ($1, $2)
    order by posts.version, posts.post_id limit $3";

/// Some posts, each with its text to embed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    /// The texts by post; none where a post is gone.
    pub texts: Vec<(PostId, Option<String>)>,
    /// The position up to which, with these texts, every text is read.
    pub up_to: Position,
}

/// A text feed reads the texts of all posts that came or changed after a position, in pieces.
pub struct TextFeed {
    /// The position up to which every text is read when the feed ends.
    pub up_to: Position,
    cursor: (Position, Uuid),
}

impl TextFeed {
    /// Begins to read the posts that changed after `after`.
    ///
    /// # Errors
    /// The database's error.
    pub async fn begin(pool: &PgPool, after: Position) -> Result<Self, sqlx::Error> {
        let (up_to,) = sqlx::query_as("select position from search.checkpoint").fetch_one(pool).await?;
        Ok(Self { up_to, cursor: (after, Uuid::max()) })
    }

    /// Reads the next piece; returns none at the end.
    ///
    /// # Errors
    /// The database's error.
    pub async fn next(&mut self, pool: &PgPool) -> Result<Option<Texts>, sqlx::Error> {
        let (version, id) = self.cursor;
        let rows = sqlx::query(TEXTS).bind(version).bind(id).bind(BATCH).fetch_all(pool).await?;
        let Some(last) = rows.last() else { return Ok(None) };
        self.cursor = (last.try_get("version")?, last.try_get("post_id")?);
        let texts = rows.iter().map(text).collect::<Result<_, _>>()?;
        // More texts of the last text's version may follow.
        Ok(Some(Texts { texts, up_to: self.cursor.0 - 1 }))
    }
}

fn text(row: &PgRow) -> Result<(PostId, Option<String>), sqlx::Error> {
    let post = PostId(row.try_get("post_id")?);
    if row.try_get("gone")? {
        return Ok((post, None));
    }
    let (title, text): (String, String) = (row.try_get("title")?, row.try_get("text")?);
    let mut parts = vec![title, text];
    parts.extend(row.try_get::<Vec<String>, _>("tags")?);
    parts.extend(row.try_get::<Vec<String>, _>("alternative_texts")?);
    Ok((post, Some(joined(&parts))))
}

fn joined(parts: &[String]) -> String {
    let whole =
        parts.iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join("\n");
    whole.chars().take(LONGEST_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_embedded_is_all_that_a_post_says_up_to_a_bound() {
        let parts = ["제목", "", "글", "꼬리표"].map(str::to_owned);
        assert_eq!(joined(&parts), "제목\n글\n꼬리표");
        assert_eq!(joined(&["가".repeat(5_000)]).chars().count(), LONGEST_CHARS);
    }
}
