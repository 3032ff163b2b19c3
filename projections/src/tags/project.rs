//! The writes of tags: which posts carry which tag, and who follows it.

use super::fold::{TagChanges, TaggedPost};
use crate::{RecordedEvent, Tx};
use domain::value::UserId;
use serde_json::json;
use sqlx::types::Json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

/// The change of a number, of each tag.
type Counts = BTreeMap<String, i64>;

/// Applies a batch. New posts come first, so that likes and tags find them; the counts of tags come last, from the
/// rows that really came and went.
pub(super) async fn apply(tx: &mut Tx<'_>, events: &[Arc<RecordedEvent>]) -> Result<(), sqlx::Error> {
    let TagChanges { posts, likes, followed, erased } = TagChanges::of(events);
    write_new(tx, &posts).await?;
    count_likes(tx, likes).await?;
    let mut carried = Counts::new();
    take_off(tx, &posts, &mut carried).await?;
    put_on(tx, &posts, &mut carried).await?;
    delete(tx, &posts).await?;
    let mut followers = Counts::new();
    forget(tx, &erased, &mut followers).await?;
    write_followed(tx, &followed, &mut followers).await?;
    count(tx, &carried, &followers).await
}

async fn write_new(tx: &mut Tx<'_>, posts: &BTreeMap<Uuid, TaggedPost<'_>>) -> Result<(), sqlx::Error> {
    let standing = posts.iter().filter(|(_, change)| !change.deleted);
    let new = standing.filter_map(|(post_id, change)| {
        let origin = change.origin?;
        let (author_id, published_at) = (origin.author_id, origin.published_at);
        Some(json!({ "post_id": post_id, "author_id": author_id, "published_at": published_at }))
    });
    let new: Vec<_> = new.collect();
    if !new.is_empty() {
        sqlx::query(include_str!("insert_posts.sql")).bind(Json(new)).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Counts likes; those of deleted and anonymous posts find no row.
async fn count_likes(tx: &mut Tx<'_>, likes: BTreeMap<Uuid, i64>) -> Result<(), sqlx::Error> {
    if likes.is_empty() {
        return Ok(());
    }
    let (posts, changes): (Vec<Uuid>, Vec<i64>) = likes.into_iter().unzip();
    sqlx::query(include_str!("count_likes.sql")).bind(posts).bind(changes).execute(&mut **tx).await?;
    Ok(())
}

/// Takes off the tags that an edit really takes away: most edits leave all tags as they are.
async fn take_off(
    tx: &mut Tx<'_>,
    posts: &BTreeMap<Uuid, TaggedPost<'_>>,
    carried: &mut Counts,
) -> Result<(), sqlx::Error> {
    let known = posts.iter().filter(|(_, change)| change.origin.is_none());
    let (tags, tagged) = columns(known.clone());
    let known: Vec<Uuid> = known.map(|(&post, _)| post).collect();
    if known.is_empty() {
        return Ok(());
    }
    let gone: Vec<String> = sqlx::query_scalar(include_str!("delete_tagged.sql"))
        .bind(known)
        .bind(tags)
        .bind(tagged)
        .fetch_all(&mut **tx)
        .await?;
    gone.into_iter().for_each(|tag| *carried.entry(tag).or_default() -= 1);
    Ok(())
}

async fn put_on(
    tx: &mut Tx<'_>,
    posts: &BTreeMap<Uuid, TaggedPost<'_>>,
    carried: &mut Counts,
) -> Result<(), sqlx::Error> {
    let (tags, tagged) = columns(posts.iter());
    if tags.is_empty() {
        return Ok(());
    }
    let come: Vec<String> = sqlx::query_scalar(include_str!("insert_tagged.sql"))
        .bind(tags)
        .bind(tagged)
        .fetch_all(&mut **tx)
        .await?;
    come.into_iter().for_each(|tag| *carried.entry(tag).or_default() += 1);
    Ok(())
}

/// Returns two columns: each tag with its post.
fn columns<'a>(changes: impl Iterator<Item = (&'a Uuid, &'a TaggedPost<'a>)>) -> (Vec<&'a str>, Vec<Uuid>) {
    changes.flat_map(|(&post, change)| change.tags.iter().map(move |tag| (tag.as_str(), post))).unzip()
}

async fn delete(tx: &mut Tx<'_>, posts: &BTreeMap<Uuid, TaggedPost<'_>>) -> Result<(), sqlx::Error> {
    let known = posts.iter().filter(|(_, change)| change.deleted && change.origin.is_none());
    let gone: Vec<Uuid> = known.map(|(&post, _)| post).collect();
    if !gone.is_empty() {
        sqlx::query("delete from posts where post_id = any($1::uuid[])")
            .bind(gone)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

const FOLLOW: &str = "
    insert into followed (user_id, tag)
    select user_id, tag from unnest($1::uuid[], $2::text[]) as new (user_id, tag)
    on conflict (user_id, tag) do nothing
    returning tag";

const UNFOLLOW: &str = "
    delete from followed
    using unnest($1::uuid[], $2::text[]) as gone (user_id, tag)
    where followed.user_id = gone.user_id and followed.tag = gone.tag
    returning followed.tag";

async fn forget(
    tx: &mut Tx<'_>,
    erased: &BTreeSet<UserId>,
    followers: &mut Counts,
) -> Result<(), sqlx::Error> {
    if erased.is_empty() {
        return Ok(());
    }
    let users: Vec<Uuid> = erased.iter().map(|user| user.0).collect();
    let gone: Vec<String> =
        sqlx::query_scalar("delete from followed where user_id = any($1::uuid[]) returning tag")
            .bind(users)
            .fetch_all(&mut **tx)
            .await?;
    gone.into_iter().for_each(|tag| *followers.entry(tag).or_default() -= 1);
    Ok(())
}

async fn write_followed(
    tx: &mut Tx<'_>,
    followed: &BTreeMap<(UserId, &str), bool>,
    followers: &mut Counts,
) -> Result<(), sqlx::Error> {
    for (sql, follows, change) in [(UNFOLLOW, false, -1), (FOLLOW, true, 1)] {
        let pairs = followed.iter().filter(|&(_, &state)| state == follows);
        let (users, tags): (Vec<Uuid>, Vec<&str>) = pairs.map(|(&(user, tag), _)| (user.0, tag)).unzip();
        if users.is_empty() {
            continue;
        }
        let changed: Vec<String> =
            sqlx::query_scalar(sql).bind(users).bind(tags).fetch_all(&mut **tx).await?;
        changed.into_iter().for_each(|tag| *followers.entry(tag).or_default() += change);
    }
    Ok(())
}

const COUNT: &str = "
    insert into tags (tag, post_count, follower_count)
    select tag, posts, followers
    from unnest($1::text[], $2::bigint[], $3::bigint[]) as change (tag, posts, followers)
    on conflict (tag) do update
    set post_count = tags.post_count + excluded.post_count,
        follower_count = tags.follower_count + excluded.follower_count";

async fn count(tx: &mut Tx<'_>, carried: &Counts, followers: &Counts) -> Result<(), sqlx::Error> {
    let mut sums: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    carried.iter().for_each(|(tag, change)| sums.entry(tag).or_default().0 += change);
    followers.iter().for_each(|(tag, change)| sums.entry(tag).or_default().1 += change);
    sums.retain(|_, sum| *sum != (0, 0));
    if sums.is_empty() {
        return Ok(());
    }
    let tags: Vec<&str> = sums.keys().copied().collect();
    let (posts, followers): (Vec<i64>, Vec<i64>) = sums.values().copied().unzip();
    let lessened = posts.iter().chain(&followers).any(|change| *change < 0);
    sqlx::query(COUNT).bind(&tags).bind(posts).bind(followers).execute(&mut **tx).await?;
    if lessened {
        sqlx::query("delete from tags where tag = any($1::text[]) and post_count = 0 and follower_count = 0")
            .bind(&tags)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}
