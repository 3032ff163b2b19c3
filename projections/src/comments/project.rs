//! The writes of comments.

use super::fold::{CommentChanges, Host};
use crate::likes::LikeChanges;
use crate::rows::write;
use crate::{RecordedEvent, Tx, authors, counts, hidden};
use domain::like::Target;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

/// Applies a batch. New comments come before counts, so that a count finds its row. Likes of deleted comments
/// and comments under deleted posts stay, hidden, whichever event came first.
pub(super) async fn apply(tx: &mut Tx<'_>, events: &[Arc<RecordedEvent>]) -> Result<(), sqlx::Error> {
    authors::apply(tx, events).await?;
    hidden::apply(tx, events).await?;
    let CommentChanges { comments, replies, posts, deleted_posts } = CommentChanges::of(events);
    let (new, changed): (Vec<_>, Vec<_>) = comments.into_values().partition(|change| change.origin.is_some());
    write(tx, include_str!("insert_comments.sql"), &new).await?;
    write(tx, include_str!("update_comments.sql"), &changed).await?;
    write_posts(tx, &posts, &deleted_posts).await?;

    let likes = LikeChanges::of(events, |target| match target {
        Target::Comment(comment) => Some(comment.0),
        Target::Post(_) => None,
    });
    likes.write(tx).await?;
    counts::add(tx, COUNT, &likes.counts, &replies).await
}

const COUNT: &str = "
    update comments
    set like_count = like_count + change.likes, reply_count = reply_count + change.replies
    from unnest($1::uuid[], $2::bigint[], $3::bigint[]) as change (comment_id, likes, replies)
    where comments.comment_id = change.comment_id";

async fn write_posts(
    tx: &mut Tx<'_>,
    posts: &BTreeMap<Uuid, Host>,
    deleted: &BTreeSet<Uuid>,
) -> Result<(), sqlx::Error> {
    if !posts.is_empty() {
        sqlx::query(
            "insert into posts (post_id, author_id, anonymous)
             select post_id, author_id, anonymous
             from unnest($1::uuid[], $2::uuid[], $3::boolean[]) as new (post_id, author_id, anonymous)",
        )
        .bind(posts.keys().copied().collect::<Vec<_>>())
        .bind(posts.values().map(|host| host.author_id.0).collect::<Vec<_>>())
        .bind(posts.values().map(|host| host.anonymous).collect::<Vec<_>>())
        .execute(&mut **tx)
        .await?;
    }
    if !deleted.is_empty() {
        sqlx::query("delete from posts where post_id = any($1::uuid[])")
            .bind(deleted.iter().copied().collect::<Vec<_>>())
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}
