//! The fan-out, the delayed work: posts on their way to many followers, a chunk at a time, and trimming.

use super::Limits;
use super::project::begin;
use crate::projector::Tx;
use uuid::Uuid;

/// Delivers the next chunk of some tasks, by the follows of this moment.
pub async fn work(tx: &mut Tx<'_>, merge_threshold: u32, limits: Limits) -> Result<(), sqlx::Error> {
    let settings = begin(tx, merge_threshold, limits).await?;
    let to_trim: Vec<Uuid> = sqlx::query_scalar(include_str!("fan_out.sql"))
        .bind(i64::from(limits.tasks))
        .bind(i64::from(limits.chunk))
        .bind(i32::from(limits.trim_every))
        .fetch_all(&mut **tx)
        .await?;
    trim(tx, &to_trim, settings.window_size).await
}

/// Returns true if a post is still on its way to a follower.
pub async fn has_work(tx: &mut Tx<'_>) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("select exists (select from tasks)").fetch_one(&mut **tx).await
}

/// Deletes entries older than the newest window. Trimming never changes what a timeline shows: readers find
/// older posts at their authors.
pub async fn trim(tx: &mut Tx<'_>, owners: &[Uuid], window: i64) -> Result<(), sqlx::Error> {
    if !owners.is_empty() {
        sqlx::query(include_str!("trim.sql")).bind(owners).bind(window).execute(&mut **tx).await?;
    }
    Ok(())
}
