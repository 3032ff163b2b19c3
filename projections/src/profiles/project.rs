//! The writes of people and follows.

use super::fold::{Account, Counts, ProfileChanges};
use crate::rows::write;
use crate::{Position, RecordedEvent, Tx, follows, hidden};
use domain::value::UserId;
use sqlx::Executor;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// Applies a batch. New people come before counts, so that a count finds its row.
pub(super) async fn apply(tx: &mut Tx<'_>, events: &[Arc<RecordedEvent>]) -> Result<(), sqlx::Error> {
    let ProfileChanges { accounts, follows, requests, counts } = ProfileChanges::of(events);
    hidden::apply(tx, events).await?;
    write_people(tx, accounts).await?;
    write_pairs(tx, FOLLOW, UNFOLLOW, &follows).await?;
    write_pairs(tx, REQUEST, ANSWER, &requests).await?;
    write_counts(tx, &counts).await
}

/// Applies a batch to a copy that nobody reads yet, but for follows and their counts: [`complete`] writes
/// those.
pub(super) async fn fill(tx: &mut Tx<'_>, events: &[Arc<RecordedEvent>]) -> Result<(), sqlx::Error> {
    let ProfileChanges { accounts, requests, mut counts, .. } = ProfileChanges::of(events);
    hidden::apply(tx, events).await?;
    write_people(tx, accounts).await?;
    follows::note(tx, events).await?;
    write_pairs(tx, REQUEST, ANSWER, &requests).await?;
    counts.retain(|_, counts| {
        *counts = Counts { posts: counts.posts, ..Counts::default() };
        counts.posts != 0
    });
    write_counts(tx, &counts).await
}

/// Writes what [`fill`] left out.
pub(super) async fn complete(tx: &mut Tx<'_>) -> Result<(), sqlx::Error> {
    follows::settle(tx, "follower_id, followee_id, position").await?;
    tx.execute(include_str!("complete_counts.sql")).await?;
    follows::drop_changes(tx).await
}

async fn write_people(tx: &mut Tx<'_>, accounts: BTreeMap<UserId, Account<'_>>) -> Result<(), sqlx::Error> {
    let (new, changed): (Vec<_>, Vec<_>) =
        accounts.into_values().partition(|account| account.created_at.is_some());
    write(tx, include_str!("insert_people.sql"), &new).await?;
    write(tx, include_str!("update_people.sql"), &changed).await
}

/// A conflict is a follow that was taken back and begun again within the batch.
const FOLLOW: &str = "
    insert into follows (follower_id, followee_id, position)
    select follower_id, followee_id, position
    from unnest($1::uuid[], $2::uuid[], $3::bigint[]) as new (follower_id, followee_id, position)
    on conflict (follower_id, followee_id) do update set position = excluded.position";

const UNFOLLOW: &str = "
    delete from follows
    using unnest($1::uuid[], $2::uuid[]) as gone (follower_id, followee_id)
    where follows.follower_id = gone.follower_id and follows.followee_id = gone.followee_id";

const REQUEST: &str = "
    insert into follow_requests (follower_id, followee_id, position)
    select follower_id, followee_id, position
    from unnest($1::uuid[], $2::uuid[], $3::bigint[]) as new (follower_id, followee_id, position)
    on conflict (follower_id, followee_id) do update set position = excluded.position";

const ANSWER: &str = "
    delete from follow_requests
    using unnest($1::uuid[], $2::uuid[]) as gone (follower_id, followee_id)
    where follow_requests.follower_id = gone.follower_id and follow_requests.followee_id = gone.followee_id";

const COUNT: &str = "
    update people
    set follower_count = follower_count + change.followers,
        following_count = following_count + change.following,
        post_count = post_count + change.posts
    from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[])
        as change (user_id, followers, following, posts)
    where people.user_id = change.user_id";

/// Writes the pairs that stand, with the event since which they do, and deletes the other pairs.
async fn write_pairs(
    tx: &mut Tx<'_>,
    insert: &str,
    delete: &str,
    pairs: &BTreeMap<(UserId, UserId), Option<Position>>,
) -> Result<(), sqlx::Error> {
    let (mut followers, mut followees, mut positions) = (vec![], vec![], vec![]);
    let (mut former_followers, mut former_followees) = (vec![], vec![]);
    for (&(follower, followee), &position) in pairs {
        match position {
            Some(position) => {
                followers.push(follower.0);
                followees.push(followee.0);
                positions.push(position);
            }
            None => {
                former_followers.push(follower.0);
                former_followees.push(followee.0);
            }
        }
    }
    if !former_followers.is_empty() {
        sqlx::query(delete).bind(former_followers).bind(former_followees).execute(&mut **tx).await?;
    }
    if !followers.is_empty() {
        sqlx::query(insert).bind(followers).bind(followees).bind(positions).execute(&mut **tx).await?;
    }
    Ok(())
}

async fn write_counts(tx: &mut Tx<'_>, counts: &BTreeMap<UserId, Counts>) -> Result<(), sqlx::Error> {
    if counts.is_empty() {
        return Ok(());
    }
    sqlx::query(COUNT)
        .bind(counts.keys().map(|user| user.0).collect::<Vec<Uuid>>())
        .bind(counts.values().map(|counts| counts.followers).collect::<Vec<_>>())
        .bind(counts.values().map(|counts| counts.following).collect::<Vec<_>>())
        .bind(counts.values().map(|counts| counts.posts).collect::<Vec<_>>())
        .execute(&mut **tx)
        .await?;
    Ok(())
}
