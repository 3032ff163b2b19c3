//! Which texts are to get vectors next, read from the documents' table. By version, so that likes make none anew.

use crate::Position;
use domain::value::PostId;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};
use uuid::Uuid;

/// Texts read at once.
const BATCH: i64 = 512;
/// Of a text this much is embedded: models read no more than a few hundred words, and what a post is about it says
/// at its beginning.
const LONGEST_CHARS: usize = 2_000;

const TEXTS: &str = "
    select
        posts.post_id, posts.title, posts.text, posts.tags, posts.alternative_texts, posts.version,
        posts.gone or not coalesce(people.active, true) as gone
    from search.posts
    left join search.people on people.user_id = posts.author_id
    where (posts.version, posts.post_id) > ($1, $2)
    order by posts.version, posts.post_id limit $3";

/// Some posts, by what is embedded of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    /// None where a post is gone.
    pub texts: Vec<(PostId, Option<String>)>,
    /// With these, everything up to here is read.
    pub up_to: Position,
}

/// Reads the texts of all posts that came or changed after a position, in pieces.
pub struct TextFeed {
    /// Everything up to here is read when the feed ends.
    pub up_to: Position,
    place: (Position, Uuid),
}

impl TextFeed {
    /// Begins to read what changed after `after`.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin(pool: &PgPool, after: Position) -> Result<Self, sqlx::Error> {
        let (up_to,) = sqlx::query_as("select position from search.checkpoint").fetch_one(pool).await?;
        Ok(Self { up_to, place: (after, Uuid::max()) })
    }

    /// The next piece; none at the end.
    ///
    /// # Errors
    /// The database's.
    pub async fn next(&mut self, pool: &PgPool) -> Result<Option<Texts>, sqlx::Error> {
        let (version, id) = self.place;
        let rows = sqlx::query(TEXTS).bind(version).bind(id).bind(BATCH).fetch_all(pool).await?;
        let Some(last) = rows.last() else { return Ok(None) };
        self.place = (last.try_get("version")?, last.try_get("post_id")?);
        let texts = rows.iter().map(text).collect::<Result<_, _>>()?;
        // More of the last one's version may follow.
        Ok(Some(Texts { texts, up_to: self.place.0 - 1 }))
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
