//! The feed of an engine: the documents that it is to take in next, read from the documents' tables.

use super::engine::{Document, DocumentUpdate, Key, PersonDocument, PostAuthor, PostDocument, TagDocument};
use crate::Position;
use crate::reads::Reads;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};
use uuid::Uuid;

/// The number of documents read at once.
const BATCH: i64 = 2_000;

const POSTS: &str = "
    select
        posts.post_id, posts.author_id, posts.board_id, posts.title, posts.text, posts.tags,
        posts.alternative_texts, posts.photo_count, posts.published_at, posts.like_count, posts.version,
        posts.changed, posts.gone or not coalesce(people.active, true) as gone,
        posts.followers_only or coalesce(people.private, false) as for_followers, people.handle,
        people.display_name
    from search.posts
    left join search.people on people.user_id = posts.author_id
    where (posts.changed, posts.post_id) > ($1, $2)
    order by posts.changed, posts.post_id limit $3";

const PEOPLE: &str = "
    select user_id, handle, display_name, bio, not active as gone, version, changed
    from search.people where (changed, user_id) > ($1, $2) order by changed, user_id limit $3";

/// The query of tags has their counts as versions: when a tag was counted depends on how the log was cut, so
/// the count itself tells what an engine holds of the tag.
const TAGS: &str = "
    select tag_id, tag, post_count, post_count = 0 as gone, post_count as version, changed
    from search.tags where (changed, tag_id) > ($1, $2) order by changed, tag_id limit $3";

/// The cursor of a feed in the tables.
#[derive(Clone, Debug, PartialEq, Eq)]
enum FeedCursor {
    Posts(Position, Uuid),
    People(Position, Uuid),
    Tags(Position, Uuid),
    End,
}

/// A feed reads every document that changed after a position, in pieces.
pub struct Feed {
    after: Position,
    /// The position up to which every change is read when the feed ends.
    pub up_to: Position,
    cursor: FeedCursor,
}

impl Feed {
    /// Begins to read the documents that changed after `after`.
    ///
    /// # Errors
    /// The database's error.
    pub async fn begin(pool: &PgPool, after: Position) -> Result<Self, sqlx::Error> {
        // Rows that come later are newer than this position, and part of the next feed.
        let (up_to,) = sqlx::query_as("select position from search.checkpoint").fetch_one(pool).await?;
        Ok(Self { after, up_to, cursor: FeedCursor::Posts(after, Uuid::max()) })
    }

    /// Reads the next piece; returns none at the end.
    ///
    /// # Errors
    /// The database's error.
    pub async fn next(&mut self, pool: &PgPool) -> Result<Option<Vec<DocumentUpdate>>, sqlx::Error> {
        loop {
            let (changes, next) = match &self.cursor {
                FeedCursor::Posts(changed, id) => {
                    let rows = sqlx::query(POSTS).bind(changed).bind(id).bind(BATCH).fetch_all(pool).await?;
                    let last = last(&rows, "post_id")?.map(|(changed, id)| FeedCursor::Posts(changed, id));
                    (read(&rows, post)?, last.unwrap_or(FeedCursor::People(self.after, Uuid::max())))
                }
                FeedCursor::People(changed, id) => {
                    let rows = sqlx::query(PEOPLE).bind(changed).bind(id).bind(BATCH).fetch_all(pool).await?;
                    let last = last(&rows, "user_id")?.map(|(changed, id)| FeedCursor::People(changed, id));
                    (read(&rows, person)?, last.unwrap_or(FeedCursor::Tags(self.after, Uuid::max())))
                }
                FeedCursor::Tags(changed, id) => {
                    let rows = sqlx::query(TAGS).bind(changed).bind(id).bind(BATCH).fetch_all(pool).await?;
                    let last = last(&rows, "tag_id")?.map(|(changed, id)| FeedCursor::Tags(changed, id));
                    (read(&rows, tag)?, last.unwrap_or(FeedCursor::End))
                }
                FeedCursor::End => return Ok(None),
            };
            self.cursor = next;
            if !changes.is_empty() {
                return Ok(Some(changes));
            }
        }
    }
}

/// Returns these tags in this order, with the numbers of posts that carry them; tags that no post carries any
/// more are left out.
///
/// # Errors
/// The database's error.
pub async fn tags(pool: impl Reads<'_>, ids: &[Uuid]) -> Result<Vec<TagDocument>, sqlx::Error> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "select tags.tag, tags.post_count
         from unnest($1::uuid[]) with ordinality as wanted (tag_id, place)
         join search.tags on tags.tag_id = wanted.tag_id
         where tags.post_count > 0
         order by wanted.place",
    )
    .bind(ids)
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|(tag, post_count)| TagDocument { tag, post_count }).collect())
}

/// Returns key and version of every document that an engine should hold.
///
/// # Errors
/// The database's error.
pub async fn versions(pool: &PgPool) -> Result<Vec<(Key, Position)>, sqlx::Error> {
    let mut feed = Feed::begin(pool, 0).await?;
    let mut versions = vec![];
    while let Some(changes) = feed.next(pool).await? {
        let standing = changes.into_iter().filter(|change| change.document.is_some());
        versions.extend(standing.map(|change| (change.key, change.version)));
    }
    Ok(versions)
}

fn last<T>(rows: &[PgRow], id: &str) -> Result<Option<(Position, T)>, sqlx::Error>
where
    T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    rows.last().map(|row| Ok((row.try_get("changed")?, row.try_get(id)?))).transpose()
}

fn read(
    rows: &[PgRow],
    of: fn(&PgRow) -> Result<(Key, Document), sqlx::Error>,
) -> Result<Vec<DocumentUpdate>, sqlx::Error> {
    rows.iter()
        .map(|row| {
            let (key, document) = of(row)?;
            let gone: bool = row.try_get("gone")?;
            Ok(DocumentUpdate {
                key,
                version: row.try_get("version")?,
                document: (!gone).then_some(document),
            })
        })
        .collect()
}

fn post(row: &PgRow) -> Result<(Key, Document), sqlx::Error> {
    let post_id = row.try_get("post_id")?;
    let author = match row.try_get("author_id")? {
        None => None,
        // The person's events come later in the log than their posts: they are there by the next piece.
        Some(user_id) => Some(PostAuthor {
            user_id,
            handle: row.try_get::<Option<_>, _>("handle")?.unwrap_or_default(),
            display_name: row.try_get::<Option<_>, _>("display_name")?.unwrap_or_default(),
        }),
    };
    let document = PostDocument {
        post_id,
        author,
        board_id: row.try_get("board_id")?,
        title: row.try_get("title")?,
        text: row.try_get("text")?,
        tags: row.try_get("tags")?,
        alternative_texts: row.try_get("alternative_texts")?,
        photo_count: row.try_get("photo_count")?,
        for_followers: row.try_get("for_followers")?,
        published_at: row.try_get("published_at")?,
        like_count: row.try_get("like_count")?,
    };
    Ok((Key::Post(post_id), Document::Post(document)))
}

fn person(row: &PgRow) -> Result<(Key, Document), sqlx::Error> {
    let user_id = row.try_get("user_id")?;
    let document = PersonDocument {
        user_id,
        handle: row.try_get("handle")?,
        display_name: row.try_get("display_name")?,
        bio: row.try_get("bio")?,
    };
    Ok((Key::Person(user_id), Document::Person(document)))
}

fn tag(row: &PgRow) -> Result<(Key, Document), sqlx::Error> {
    let (tag, post_count) = (row.try_get("tag")?, row.try_get("post_count")?);
    Ok((Key::Tag(row.try_get("tag_id")?), Document::Tag(TagDocument { tag, post_count })))
}
