//! The writes of posts.

use super::fold::{PostChanges, Version, Written};
use crate::likes::LikeChanges;
use crate::rows::write;
use crate::{RecordedEvent, Tx, authors, counts, follows, hidden};
use domain::like::Target;
use sqlx::types::Json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

/// Applies a batch.
pub(super) async fn apply(tx: &mut Tx<'_>, events: &[Arc<RecordedEvent>]) -> Result<(), sqlx::Error> {
    let changes = PostChanges::of(events);
    write_follows(tx, &changes.follows).await?;
    write_posts(tx, changes, events).await
}

/// Applies a batch to a copy that nobody reads yet, but for follows: [`complete`] writes those.
pub(super) async fn fill(tx: &mut Tx<'_>, events: &[Arc<RecordedEvent>]) -> Result<(), sqlx::Error> {
    follows::note(tx, events).await?;
    write_posts(tx, PostChanges::of(events), events).await
}

/// Writes what [`fill`] left out.
pub(super) async fn complete(tx: &mut Tx<'_>) -> Result<(), sqlx::Error> {
    follows::settle(tx, "follower_id, followee_id").await?;
    follows::drop_changes(tx).await
}

/// Writes all but the follows. New posts come before counts, so that a count finds its row.
async fn write_posts(
    tx: &mut Tx<'_>,
    changes: PostChanges<'_>,
    events: &[Arc<RecordedEvent>],
) -> Result<(), sqlx::Error> {
    let PostChanges { written, versions, deleted, comments, views, .. } = changes;
    authors::apply(tx, events).await?;
    hidden::apply(tx, events).await?;
    let (new, edited): (Vec<_>, Vec<_>) = written.into_values().partition(|written| written.origin.is_some());
    write(tx, include_str!("insert_posts.sql"), &new).await?;
    write_versions(tx, &edited, &versions).await?;
    write(tx, include_str!("update_posts.sql"), &edited).await?;
    delete(tx, &deleted).await?;
    write_photos(tx, &new, &edited).await?;

    let mut likes = LikeChanges::of(events, |target| match target {
        Target::Post(post) => Some(post.0),
        Target::Comment(_) => None,
    });
    likes.leave_out(&deleted);
    let deleted_before = deleted_among(tx, likes.targets()).await?;
    likes.leave_out(&deleted_before);
    likes.write(tx).await?;
    counts::add(tx, COUNT, &likes.counts, &comments).await?;
    add_views(tx, &views).await
}

const COUNT: &str = "
    update posts
    set like_count = like_count + change.likes, comment_count = comment_count + change.comments
    from unnest($1::uuid[], $2::bigint[], $3::bigint[]) as change (post_id, likes, comments)
    where posts.post_id = change.post_id";

const FOLLOW: &str = "
    insert into follows (follower_id, followee_id)
    select follower_id, followee_id from unnest($1::uuid[], $2::uuid[]) as new (follower_id, followee_id)
    on conflict do nothing";

const UNFOLLOW: &str = "
    delete from follows
    using unnest($1::uuid[], $2::uuid[]) as gone (follower_id, followee_id)
    where follows.follower_id = gone.follower_id and follows.followee_id = gone.followee_id";

async fn write_follows(tx: &mut Tx<'_>, follows: &BTreeMap<(Uuid, Uuid), bool>) -> Result<(), sqlx::Error> {
    for (sql, follow) in [(UNFOLLOW, false), (FOLLOW, true)] {
        let pairs = follows.iter().filter(|&(_, &state)| state == follow).map(|(&pair, _)| pair);
        let (followers, followees): (Vec<Uuid>, Vec<Uuid>) = pairs.unzip();
        if !followers.is_empty() {
            sqlx::query(sql).bind(followers).bind(followees).execute(&mut **tx).await?;
        }
    }
    Ok(())
}

async fn add_views(tx: &mut Tx<'_>, views: &BTreeMap<Uuid, i64>) -> Result<(), sqlx::Error> {
    if views.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "update posts set view_count = view_count + change.views
         from unnest($1::uuid[], $2::bigint[]) as change (post_id, views)
         where posts.post_id = change.post_id",
    )
    .bind(views.keys().copied().collect::<Vec<_>>())
    .bind(views.values().copied().collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes versions, before the edits: the first version of a post is in its row until then.
async fn write_versions(
    tx: &mut Tx<'_>,
    edited: &[Written<'_>],
    versions: &[Version<'_>],
) -> Result<(), sqlx::Error> {
    if versions.is_empty() {
        return Ok(());
    }
    let edited: Vec<Uuid> = edited.iter().map(|written| written.post_id.0).collect();
    sqlx::query(include_str!("insert_first_versions.sql")).bind(edited).execute(&mut **tx).await?;
    sqlx::query(include_str!("insert_versions.sql")).bind(Json(versions)).execute(&mut **tx).await?;
    Ok(())
}

async fn write_photos(
    tx: &mut Tx<'_>,
    new: &[Written<'_>],
    edited: &[Written<'_>],
) -> Result<(), sqlx::Error> {
    let former: Vec<Uuid> = edited.iter().map(|written| written.post_id.0).collect();
    if !former.is_empty() {
        sqlx::query("delete from photos where post_id = any($1::uuid[])")
            .bind(former)
            .execute(&mut **tx)
            .await?;
    }
    let showing = new.iter().chain(edited).filter(|written| !written.photos.is_empty());
    let showing: Vec<Uuid> = showing.map(|written| written.post_id.0).collect();
    if !showing.is_empty() {
        sqlx::query(include_str!("insert_photos.sql")).bind(showing).execute(&mut **tx).await?;
    }
    Ok(())
}

async fn delete(tx: &mut Tx<'_>, deleted: &BTreeSet<Uuid>) -> Result<(), sqlx::Error> {
    if deleted.is_empty() {
        return Ok(());
    }
    let deleted: Vec<Uuid> = deleted.iter().copied().collect();
    for sql in [
        "insert into deleted (post_id) select post_id from unnest($1::uuid[]) as gone (post_id)",
        "delete from versions where post_id = any($1::uuid[])",
        "delete from photos where post_id = any($1::uuid[])",
        "delete from posts where post_id = any($1::uuid[])",
        "delete from likes where target_id = any($1::uuid[])",
    ] {
        sqlx::query(sql).bind(&deleted).execute(&mut **tx).await?;
    }
    Ok(())
}

async fn deleted_among(tx: &mut Tx<'_>, posts: Vec<Uuid>) -> Result<BTreeSet<Uuid>, sqlx::Error> {
    if posts.is_empty() {
        return Ok(BTreeSet::new());
    }
    let found: Vec<Uuid> = sqlx::query_scalar("select post_id from deleted where post_id = any($1::uuid[])")
        .bind(posts)
        .fetch_all(&mut **tx)
        .await?;
    Ok(found.into_iter().collect())
}
