//! The writes of timelines: the net effect of a batch, a handful of statements whatever its size.

use super::Limits;
use super::batch::{Batch, Published};
use super::fan_out::trim;
use crate::follows;
use crate::ports::RecordedEvent;
use crate::projector::Tx;
use sqlx::Executor;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;

/// The settings with which a copy was begun.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Settings {
    /// The number of followers above which an author's post is not fanned out.
    pub merge_threshold: i64,
    /// The number of newest entries that every owner has.
    pub window_size: i64,
}

/// Begins a transaction of this projector: with plans that stay right while tables grow.
pub async fn begin(tx: &mut Tx<'_>, merge_threshold: u32, limits: Limits) -> Result<Settings, sqlx::Error> {
    // The statements here all go from a few keys to their rows by an index. A planner that knows a table only
    // as it was (empty, in a rebuild) would rather read the whole of it, again and again.
    let off = ["enable_seqscan", "enable_bitmapscan", "enable_hashjoin", "enable_mergejoin", "jit"];
    settings(tx, merge_threshold, limits, &off).await
}

async fn settings(
    tx: &mut Tx<'_>,
    merge_threshold: u32,
    limits: Limits,
    off: &[&str],
) -> Result<Settings, sqlx::Error> {
    sqlx::query_as(include_str!("settings.sql"))
        .bind(i64::from(merge_threshold))
        .bind(i64::from(limits.window))
        .bind(off)
        .fetch_one(&mut **tx)
        .await
}

/// Applies a batch.
pub async fn apply(
    tx: &mut Tx<'_>,
    merge_threshold: u32,
    limits: Limits,
    events: &[Arc<RecordedEvent>],
) -> Result<(), sqlx::Error> {
    let settings = begin(tx, merge_threshold, limits).await?;
    let batch = Batch::fold(events);
    let authors = authors_of(tx, &batch).await?;
    let posts: Vec<Post> =
        batch.published.iter().map(|post| Post::of(post, &batch, &authors, settings, limits)).collect();
    let merged: HashSet<Uuid> =
        posts.iter().filter(|post| !post.fanned_out).map(|post| post.author_id).collect();
    let losers = unfollow(tx, &batch).await?;
    let (followers, followees) = follow(tx, &batch, &merged).await?;
    merge(tx, &followers, &followees, &authors, &merged).await?;
    // The follows come before the posts: a person who follows a post's author from now on gets the post like
    // every other follower.
    let mut to_trim = bring_in(tx, &followers, &followees, settings.window_size).await?;
    to_trim.extend(publish(tx, &posts, limits).await?);
    delete(tx, &batch.deleted).await?;
    // The refill comes after every statement that adds entries: an owner who has a window again needs no
    // refill.
    refill(tx, &losers, settings.window_size).await?;
    trim(tx, &to_trim, settings.window_size).await
}

/// Notes a batch in a copy that nobody reads yet: the author of each post, and the time of each follow.
/// [`complete`] makes the rest of the copy.
pub async fn fill(
    tx: &mut Tx<'_>,
    merge_threshold: u32,
    limits: Limits,
    events: &[Arc<RecordedEvent>],
) -> Result<(), sqlx::Error> {
    begin(tx, merge_threshold, limits).await?;
    follows::note(tx, events).await?;
    let Batch { published, deleted, .. } = Batch::fold(events);
    note_posts(tx, &published).await?;
    delete(tx, &deleted).await
}

/// Writes every owner's newest window from what [`fill`] has noted: a few passes over posts and follows
/// instead of a delivery for each post.
pub async fn complete(tx: &mut Tx<'_>, merge_threshold: u32, limits: Limits) -> Result<(), sqlx::Error> {
    let Settings { merge_threshold, .. } = settings(tx, merge_threshold, limits, &[]).await?;
    // The statements here read whole tables, so the planner may choose freely.
    tx.execute("analyze posts").await?;
    follows::settle(tx, "follower_id, followee_id").await?;
    sqlx::query(include_str!("complete_posts.sql")).bind(merge_threshold).execute(&mut **tx).await?;
    tx.execute(include_str!("complete_authors.sql")).await?;
    follows::drop_changes(tx).await?;
    tx.execute(include_str!("complete_merged.sql")).await?;
    tx.execute(include_str!("complete_entries.sql")).await?;
    Ok(())
}

/// A post with its way to the followers.
struct Post {
    post_id: Uuid,
    author_id: Uuid,
    position: i64,
    fanned_out: bool,
    /// True if the post is fanned out, and to so few that it needs no task.
    at_once: bool,
}

/// An author as of before the batch.
#[derive(sqlx::FromRow)]
struct Author {
    user_id: Uuid,
    follower_count: i64,
    merged: bool,
}

impl Post {
    fn of(
        post: &Published,
        batch: &Batch,
        authors: &HashMap<Uuid, Author>,
        settings: Settings,
        limits: Limits,
    ) -> Self {
        let before = authors.get(&post.author_id).map_or(0, |author| author.follower_count);
        let fanned_out = before + post.follower_change <= settings.merge_threshold;
        let in_the_end = before + batch.follower_change(post.author_id);
        let at_once = fanned_out && in_the_end <= i64::from(limits.followers_at_once);
        Self {
            post_id: post.post_id,
            author_id: post.author_id,
            position: post.position,
            fanned_out,
            at_once,
        }
    }
}

/// Returns the authors of the batch's posts, and the people who are followed from now on.
async fn authors_of(tx: &mut Tx<'_>, batch: &Batch) -> Result<HashMap<Uuid, Author>, sqlx::Error> {
    let (_, followees) = batch.pairs(true);
    let ids: HashSet<Uuid> = batch.published.iter().map(|post| post.author_id).chain(followees).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Author> = sqlx::query_as(
        "select a.user_id, a.follower_count, a.merged
         from unnest($1::uuid[]) as p(user_id) join authors a on a.user_id = p.user_id",
    )
    .bind(ids.into_iter().collect::<Vec<_>>())
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|author| (author.user_id, author)).collect())
}

/// Notes the posts of a copy in the making, of which it is not known yet whether they are fanned out.
async fn note_posts(tx: &mut Tx<'_>, posts: &[Published]) -> Result<(), sqlx::Error> {
    if !posts.is_empty() {
        sqlx::query(
            "insert into posts (post_id, author_id, position, fanned_out, deleted)
             select p.post_id, p.author_id, p.position, true, false
             from unnest($1::uuid[], $2::uuid[], $3::bigint[]) as p(post_id, author_id, position)
             on conflict do nothing",
        )
        .bind(column(posts, |post| post.post_id))
        .bind(column(posts, |post| post.author_id))
        .bind(column(posts, |post| post.position))
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

async fn delete(tx: &mut Tx<'_>, posts: &[Uuid]) -> Result<(), sqlx::Error> {
    if !posts.is_empty() {
        sqlx::query("update posts set deleted = true where post_id = any($1)")
            .bind(posts)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// Deletes the pairs that do not follow any more; returns the owners who lost an author.
async fn unfollow(tx: &mut Tx<'_>, batch: &Batch) -> Result<Vec<Uuid>, sqlx::Error> {
    let (followers, followees) = batch.pairs(false);
    if followers.is_empty() {
        return Ok(vec![]);
    }
    sqlx::query_scalar(include_str!("unfollow.sql"))
        .bind(followers)
        .bind(followees)
        .fetch_all(&mut **tx)
        .await
}

/// Writes the pairs that follow, and the counts of followers. Returns the pairs that are new: followers and
/// followees.
async fn follow(
    tx: &mut Tx<'_>,
    batch: &Batch,
    merged: &HashSet<Uuid>,
) -> Result<(Vec<Uuid>, Vec<Uuid>), sqlx::Error> {
    let (followers, followees) = batch.pairs(true);
    let counted: HashSet<Uuid> = batch.follower_changes.keys().chain(merged).copied().collect();
    if counted.is_empty() {
        return Ok((vec![], vec![]));
    }
    let counted: Vec<Uuid> = counted.into_iter().collect();
    let new: Vec<(Uuid, Uuid)> = sqlx::query_as(include_str!("follow.sql"))
        .bind(followers)
        .bind(followees)
        .bind(&counted)
        .bind(column(&counted, |user_id| batch.follower_change(*user_id)))
        .bind(column(&counted, |user_id| merged.contains(user_id)))
        .fetch_all(&mut **tx)
        .await?;
    Ok(new.into_iter().unzip())
}

/// Notes the new follows of merged authors, and all follows of the authors who are `merged` from now on.
async fn merge(
    tx: &mut Tx<'_>,
    followers: &[Uuid],
    followees: &[Uuid],
    authors: &HashMap<Uuid, Author>,
    merged: &HashSet<Uuid>,
) -> Result<(), sqlx::Error> {
    let was_merged = |user_id: &Uuid| authors.get(user_id).is_some_and(|author| author.merged);
    let newly: Vec<Uuid> = merged.iter().copied().filter(|user_id| !was_merged(user_id)).collect();
    if newly.is_empty() && !followees.iter().any(was_merged) {
        return Ok(());
    }
    sqlx::query(include_str!("merge.sql"))
        .bind(followers)
        .bind(followees)
        .bind(newly)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Brings the authors' posts into the entries of their new followers; returns the owners who got so many that
/// they should be trimmed.
async fn bring_in(
    tx: &mut Tx<'_>,
    followers: &[Uuid],
    followees: &[Uuid],
    window: i64,
) -> Result<Vec<Uuid>, sqlx::Error> {
    if followers.is_empty() {
        return Ok(vec![]);
    }
    sqlx::query_scalar(include_str!("bring_in.sql"))
        .bind(followers)
        .bind(followees)
        .bind(window)
        .bind(window / 8 + 1)
        .fetch_all(&mut **tx)
        .await
}

/// Writes the posts and delivers them; returns the owners who should be trimmed.
async fn publish(tx: &mut Tx<'_>, posts: &[Post], limits: Limits) -> Result<Vec<Uuid>, sqlx::Error> {
    if posts.is_empty() {
        return Ok(vec![]);
    }
    sqlx::query_scalar(include_str!("publish.sql"))
        .bind(column(posts, |post| post.post_id))
        .bind(column(posts, |post| post.author_id))
        .bind(column(posts, |post| post.position))
        .bind(column(posts, |post| post.fanned_out))
        .bind(column(posts, |post| post.at_once))
        .bind(i32::from(limits.trim_every))
        .fetch_all(&mut **tx)
        .await
}

async fn refill(tx: &mut Tx<'_>, losers: &[Uuid], window: i64) -> Result<(), sqlx::Error> {
    if !losers.is_empty() {
        sqlx::query(include_str!("refill.sql")).bind(losers).bind(window).execute(&mut **tx).await?;
    }
    Ok(())
}

fn column<T, V>(rows: &[T], value: impl Fn(&T) -> V) -> Vec<V> {
    rows.iter().map(value).collect()
}
