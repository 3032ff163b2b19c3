//! Delayed work: posts on their way to many followers, a chunk at a time, and trimming.

use super::Limits;
use super::project::begin;
use crate::ports::Position;
use crate::projector::{Tx, Work};
use uuid::Uuid;

/// Delivers the next chunk of some tasks, by the follows of this moment.
pub async fn work(tx: &mut Tx, merge_threshold: u32, limits: Limits) -> Result<Work, sqlx::Error> {
    if oldest_task(tx).await?.is_none() {
        return Ok(Work::default());
    }
    let settings = begin(tx, merge_threshold, limits).await?;
    let delivered: Vec<(Position, Uuid, Uuid, Uuid)> = sqlx::query_as(include_str!("fan_out.sql"))
        .bind(i64::from(limits.tasks))
        .bind(i64::from(limits.chunk))
        .fetch_all(&mut **tx)
        .await?;
    let mut to_trim = Trim::default();
    for (position, author_id, after, last) in delivered {
        if position % i64::from(limits.trim_every) == 0 {
            to_trim.followers(author_id, after, last);
        }
    }
    trim(tx, &to_trim, settings.window_size).await?;
    Ok(Work { oldest_task: oldest_task(tx).await? })
}

/// The event of the oldest task.
pub async fn oldest_task(tx: &mut Tx) -> Result<Option<Position>, sqlx::Error> {
    sqlx::query_scalar("select min(position) from tasks").fetch_one(&mut **tx).await
}

/// Whom to trim.
#[derive(Debug, Default)]
pub struct Trim {
    owners: Vec<Uuid>,
    followees: Vec<Uuid>,
    after: Vec<Uuid>,
    last: Vec<Uuid>,
}

impl Trim {
    /// These people.
    pub fn of(owners: Vec<Uuid>) -> Self {
        Self { owners, ..Self::default() }
    }

    /// Also this one.
    pub fn owner(&mut self, owner: Uuid) {
        self.owners.push(owner);
    }

    /// Also the followers of `followee`, by id those after `after` up to `last`.
    pub fn followers(&mut self, followee: Uuid, after: Uuid, last: Uuid) {
        self.followees.push(followee);
        self.after.push(after);
        self.last.push(last);
    }
}

/// Takes entries older than the newest window away. It never changes what a timeline shows: readers find
/// older posts at their authors.
pub async fn trim(tx: &mut Tx, whom: &Trim, window: i64) -> Result<(), sqlx::Error> {
    if whom.owners.is_empty() && whom.followees.is_empty() {
        return Ok(());
    }
    sqlx::query(include_str!("trim.sql"))
        .bind(&whom.owners)
        .bind(&whom.followees)
        .bind(&whom.after)
        .bind(&whom.last)
        .bind(window)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
