//! Likes: the table `likes` says who likes what; several slices keep it alike, each for its own kind of
//! target.

use crate::authors::Author;
use crate::reads::Reads;
use crate::{Position, RecordedEvent, Tx};
use chrono::{DateTime, Utc};
use domain::Event;
use domain::like::{LikeEvent, Target};
use domain::value::UserId;
use sqlx::Row;
use sqlx::postgres::PgRow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use uuid::Uuid;

/// A liker: a person who likes a post or comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Liker {
    /// The person who likes.
    pub author: Author,
    /// The time of the like.
    pub liked_at: DateTime<Utc>,
}

/// The query of the table's rows, see [`crate::Definition::compared`].
pub(crate) const COMPARED: &str = "select target_id, user_id, position, liked_at from likes";

impl Liker {
    /// Reads the columns of [`Author::of`] and `liked_at`.
    pub(crate) fn of(row: &PgRow) -> Result<Option<Self>, sqlx::Error> {
        let liked_at = row.try_get("liked_at")?;
        Ok(Author::of(row)?.map(|author| Self { author, liked_at }))
    }
}

/// Returns those of the targets, each with an alias, that are liked under that alias; `sql` takes both as
/// arrays.
pub(crate) async fn among(
    pool: impl Reads<'_>,
    sql: &str,
    pairs: &[(Uuid, UserId)],
) -> Result<HashSet<Uuid>, sqlx::Error> {
    if pairs.is_empty() {
        return Ok(HashSet::new());
    }
    let (targets, aliases): (Vec<Uuid>, Vec<Uuid>) =
        pairs.iter().map(|&(target, alias)| (target, alias.0)).unzip();
    let liked: Vec<Uuid> = sqlx::query_scalar(sql).bind(targets).bind(aliases).fetch_all(pool).await?;
    Ok(liked.into_iter().collect())
}

/// The net change that a batch makes to likes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct LikeChanges {
    /// The like that stands at the batch's end, if one does, by target and user.
    last: BTreeMap<(Uuid, UserId), Option<Standing>>,
    /// The change of each target's number of likes.
    pub(crate) counts: BTreeMap<Uuid, i64>,
}

/// The event of a like that stands: its position and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Standing {
    position: Position,
    at: DateTime<Utc>,
}

impl LikeChanges {
    /// Folds the likes of those targets that `wanted` names by their id.
    pub(crate) fn of(events: &[Arc<RecordedEvent>], wanted: impl Fn(Target) -> Option<Uuid>) -> Self {
        let mut changes = Self::default();
        for recorded in events {
            let Ok(Event::Like(event)) = &recorded.event else { continue };
            let (target, user, like) = match *event {
                LikeEvent::Liked { user_id, target } => (
                    target,
                    user_id,
                    Some(Standing { position: recorded.position, at: recorded.recorded_at }),
                ),
                LikeEvent::Unliked { user_id, target } => (target, user_id, None),
            };
            let Some(target) = wanted(target) else { continue };
            *changes.counts.entry(target).or_default() += if like.is_some() { 1 } else { -1 };
            changes.last.insert((target, user), like);
        }
        changes
    }

    /// Returns the targets whose likes change.
    pub(crate) fn targets(&self) -> Vec<Uuid> {
        self.counts.keys().copied().collect()
    }

    /// Leaves out the likes of these targets.
    pub(crate) fn leave_out(&mut self, targets: &BTreeSet<Uuid>) {
        self.last.retain(|(target, _), _| !targets.contains(target));
        self.counts.retain(|target, _| !targets.contains(target));
    }

    /// Brings the table up to date; the counts are the caller's to write.
    pub(crate) async fn write(&self, tx: &mut Tx<'_>) -> Result<(), sqlx::Error> {
        let (mut on, mut off) = (Columns::default(), Columns::default());
        for (&(target, user), like) in &self.last {
            let columns = if like.is_some() { &mut on } else { &mut off };
            columns.targets.push(target);
            columns.users.push(user.0);
            columns.positions.extend(like.map(|like| like.position));
            columns.times.extend(like.map(|like| like.at));
        }
        if !off.targets.is_empty() {
            sqlx::query(DELETE).bind(off.targets).bind(off.users).execute(&mut **tx).await?;
        }
        if !on.targets.is_empty() {
            sqlx::query(UPSERT)
                .bind(on.targets)
                .bind(on.users)
                .bind(on.positions)
                .bind(on.times)
                .execute(&mut **tx)
                .await?;
        }
        Ok(())
    }
}

/// A conflict is a like that was taken back and given again within the batch.
const UPSERT: &str = "
    insert into likes (target_id, user_id, position, liked_at)
    select target_id, user_id, position, liked_at
    from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::timestamptz[])
        as new (target_id, user_id, position, liked_at)
    on conflict (target_id, user_id) do update
    set position = excluded.position, liked_at = excluded.liked_at";

const DELETE: &str = "
    delete from likes
    using unnest($1::uuid[], $2::uuid[]) as gone (target_id, user_id)
    where likes.target_id = gone.target_id and likes.user_id = gone.user_id";

#[derive(Default)]
struct Columns {
    targets: Vec<Uuid>,
    users: Vec<Uuid>,
    positions: Vec<Position>,
    times: Vec<DateTime<Utc>>,
}
