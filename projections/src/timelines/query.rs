//! Reading timelines.

use crate::page::Page;
use crate::ports::Position;
use domain::value::{PostId, UserId};
use sqlx::PgPool;
use uuid::Uuid;

/// A page of a person's timeline, newest first, older than `after`. Posts that are gone may be among the
/// ids: whoever turns them into cards leaves them out.
///
/// # Errors
/// The database's.
pub async fn page(
    pool: &PgPool,
    owner: UserId,
    after: Option<PostId>,
    limit: usize,
) -> Result<Page<PostId, PostId>, sqlx::Error> {
    let before = after.map_or(Uuid::max(), |post| post.0);
    let wanted = limit + 1;
    let mut rows: Vec<(Uuid, bool)> = sqlx::query_as(include_str!("page.sql"))
        .bind(owner.0)
        .bind(before)
        .bind(count(wanted))
        .fetch_all(pool)
        .await?;
    if let Some((floor, _)) = rows.pop_if(|(_, is_floor)| *is_floor) {
        let older: Vec<(Uuid, bool)> = sqlx::query_scalar(include_str!("older.sql"))
            .bind(owner.0)
            .bind(before.min(floor))
            .bind(count(wanted - rows.len()))
            .fetch_all(pool)
            .await?
            .into_iter()
            .map(|post_id| (post_id, false))
            .collect();
        rows.extend(older);
    }
    let posts = rows.into_iter().map(|(post_id, _)| PostId(post_id)).collect();
    Ok(Page::of(posts, limit, |post| *post))
}

/// Whether a post published up to `up_to` is still on its way to `reader`.
///
/// # Errors
/// The database's.
pub async fn has_open_task_for(pool: &PgPool, reader: UserId, up_to: Position) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "select exists (
             select from timelines.tasks t
             join timelines.follows f on f.follower_id = $1 and f.followee_id = t.author_id
             where t.position <= $2 and t.after_follower < $1
         )",
    )
    .bind(reader.0)
    .bind(up_to)
    .fetch_one(pool)
    .await
}

/// The merge threshold that the live copy was begun with; none while it has seen no event.
///
/// # Errors
/// The database's.
pub async fn threshold(pool: &PgPool) -> Result<Option<u32>, sqlx::Error> {
    let threshold: Option<i64> =
        sqlx::query_scalar("select merge_threshold from timelines.settings").fetch_optional(pool).await?;
    Ok(threshold.map(|value| u32::try_from(value).expect("the projector writes a u32")))
}

fn count(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
