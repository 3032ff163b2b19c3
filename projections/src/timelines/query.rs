//! The queries of timelines.

use crate::cards::Cards;
use crate::page::Page;
use crate::reads::Reads;
use domain::value::{PostId, UserId};
use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

/// Returns a page of a person's timeline, newest first, older than `after`; posts that the owner may not see
/// any more are left out.
///
/// # Errors
/// The database's error.
pub async fn page<T>(
    pool: impl Reads<'_>,
    owner: UserId,
    after: Option<PostId>,
    limit: usize,
    cards: &Cards<T>,
) -> Result<Page<T, PostId>, sqlx::Error> {
    let before = after.map_or(Uuid::max(), |post| post.0);
    let wanted = limit + 1;
    let sql = cards.over(
        include_str!("page.sql"),
        "scanned.post_id as scanned_id, scanned.is_floor",
        "scanned.is_floor, scanned.post_id desc",
    );
    let mut rows = sqlx::query(&sql).bind(owner.0).bind(before).bind(count(wanted)).fetch_all(pool).await?;
    if let Some(floor) = rows.last().map(floor).transpose()?.flatten() {
        rows.pop();
        let sql =
            cards.over(include_str!("older.sql"), "scanned.post_id as scanned_id", "scanned.post_id desc");
        let older = sqlx::query(&sql)
            .bind(owner.0)
            .bind(before.min(floor))
            .bind(count(wanted - rows.len()))
            .fetch_all(pool)
            .await?;
        rows.extend(older);
    }
    let read = |row: &PgRow| Ok((PostId(row.try_get("scanned_id")?), (cards.read)(row)?));
    let scanned = rows.iter().map(read).collect::<Result<Vec<_>, sqlx::Error>>()?;
    let Page { items, next } = Page::of(scanned, limit, |&(post, _)| post);
    Ok(Page { items: items.into_iter().filter_map(|(_, card)| card).collect(), next })
}

/// Returns the floor, where a row has it.
fn floor(row: &PgRow) -> Result<Option<Uuid>, sqlx::Error> {
    let is_floor: bool = row.try_get("is_floor")?;
    is_floor.then(|| row.try_get("scanned_id")).transpose()
}

/// Returns the people whom `follower` follows, at most `limit`, in no order.
///
/// # Errors
/// The database's error.
pub async fn followees(
    pool: impl Reads<'_>,
    follower: UserId,
    limit: usize,
) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar("select followee_id from timelines.follows where follower_id = $1 limit $2")
        .bind(follower.0)
        .bind(count(limit))
        .fetch_all(pool)
        .await
}

/// Returns the merge threshold with which the live copy was begun; none while the copy has seen no event.
///
/// # Errors
/// The database's error.
pub async fn threshold(pool: impl Reads<'_>) -> Result<Option<u32>, sqlx::Error> {
    let threshold: Option<i64> =
        sqlx::query_scalar("select merge_threshold from timelines.settings").fetch_optional(pool).await?;
    Ok(threshold.map(|value| u32::try_from(value).expect("the projector writes a u32")))
}

fn count(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
