//! The tables of looks and of their batches.

use chrono::{Days, NaiveDate, Utc};
use domain::korea::day_of;
use domain::view_batch::{PostViews, ViewBatch};
use sqlx::types::Json;
use sqlx::{PgPool, Postgres, Transaction};
use uuid::Uuid;

/// The most looks in a batch; a batch has few where each look is at another post.
const TAKEN_AT_ONCE: i64 = 10_000;
const SWEPT_AT_ONCE: u64 = 10_000;

/// A look as the table has it, without the viewer's name.
pub(super) struct Row {
    pub(super) day: NaiveDate,
    pub(super) post_id: Uuid,
    pub(super) viewer: Vec<u8>,
}

/// Writes looks down; returns how many were the first of their person at their post that day. The rows are
/// written in order, so that two processes which write the same ones don't wait for each other in a circle.
pub(super) async fn store(pool: &PgPool, rows: Vec<Row>) -> Result<u64, sqlx::Error> {
    let (mut days, mut posts, mut viewers) = (vec![], vec![], vec![]);
    for Row { day, post_id, viewer } in rows {
        days.push(day);
        posts.push(post_id);
        viewers.push(viewer);
    }
    let stored = sqlx::query(
        "insert into vault.views (day, post_id, viewer)
         select day, post_id, viewer
         from unnest($1::date[], $2::uuid[], $3::bytea[]) as look (day, post_id, viewer)
         order by day, post_id, viewer
         on conflict do nothing",
    )
    .bind(days)
    .bind(posts)
    .bind(viewers)
    .execute(pool)
    .await?;
    Ok(stored.rows_affected())
}

/// Makes a batch of looks that are in none; true if there were any.
pub(super) async fn take(pool: &PgPool) -> Result<bool, sqlx::Error> {
    let made = sqlx::query(include_str!("take.sql"))
        .bind(Uuid::now_v7())
        .bind(TAKEN_AT_ONCE)
        .bind(i64::try_from(ViewBatch::POSTS_MAX).unwrap_or(i64::MAX))
        .execute(pool)
        .await?;
    Ok(made.rows_affected() > 0)
}

/// A batch that is to be counted. No other process counts it as long as this value lives.
pub(super) struct Batch {
    tx: Transaction<'static, Postgres>,
    pub(super) id: Uuid,
    pub(super) posts: Vec<PostViews>,
}

impl Batch {
    /// The first batch after this id that nobody else is counting.
    pub(super) async fn next(pool: &PgPool, after: Uuid) -> Result<Option<Self>, sqlx::Error> {
        let mut tx = pool.begin().await?;
        let found: Option<(Uuid, Json<Vec<PostViews>>)> = sqlx::query_as(
            "select id, posts from vault.view_batches where id > $1
             order by id limit 1 for update skip locked",
        )
        .bind(after)
        .fetch_optional(&mut *tx)
        .await?;
        Ok(found.map(|(id, Json(posts))| Self { tx, id, posts }))
    }

    /// Deletes the batch, which the log has now.
    pub(super) async fn counted(mut self) -> Result<(), sqlx::Error> {
        sqlx::query("delete from vault.view_batches where id = $1")
            .bind(self.id)
            .execute(&mut *self.tx)
            .await?;
        self.tx.commit().await
    }
}

/// Deletes the counted looks from before yesterday. Yesterday's stay for looks that are still on their way
/// here. Meant to run now and then, in any number of processes.
///
/// # Errors
/// The database's.
pub async fn sweep(pool: &PgPool) -> Result<(), sqlx::Error> {
    let yesterday = day_of(Utc::now()) - Days::new(1);
    loop {
        let swept = sqlx::query(
            "delete from vault.views where ctid = any(array(
                select ctid from vault.views where day < $1 and taken limit $2 for update skip locked
             ))",
        )
        .bind(yesterday)
        .bind(i64::try_from(SWEPT_AT_ONCE).unwrap_or(i64::MAX))
        .execute(pool)
        .await?;
        if swept.rows_affected() < SWEPT_AT_ONCE {
            return Ok(());
        }
    }
}
