//! The writes of the searched documents.

use super::fold::{DocumentChanges, Person, Post};
use crate::likes::LikeChanges;
use crate::rows::write;
use crate::{Position, RecordedEvent, Tx};
use domain::like::Target;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

/// Applies a batch. New posts come first, so that likes and later events of their authors find them.
pub(super) async fn apply(tx: &mut Tx<'_>, events: &[Arc<RecordedEvent>]) -> Result<(), sqlx::Error> {
    let Some(position) = events.last().map(|event| event.position) else { return Ok(()) };
    let DocumentChanges { posts, people, standing } = DocumentChanges::of(events);
    let (new, known): (Vec<Person<'_>>, Vec<_>) = people.into_values().partition(|person| person.is_new);
    write(tx, include_str!("insert_people.sql"), &new).await?;
    write(tx, include_str!("update_people.sql"), &known).await?;

    let (new, known): (Vec<Post<'_>>, Vec<_>) = posts.into_values().partition(|post| post.origin.is_some());
    let mut carried = BTreeMap::new();
    for post in &new {
        let anonymous = post.origin.is_some_and(|origin| origin.anonymous);
        count(&mut carried, post, anonymous, &[]);
    }
    let before = carried_before(tx, &known).await?;
    for post in &known {
        let (anonymous, tags) = before.get(&post.post_id).map_or((true, &[][..]), |(a, tags)| (*a, tags));
        count(&mut carried, post, anonymous, tags);
    }
    write(tx, include_str!("insert_posts.sql"), &new).await?;
    write(tx, include_str!("update_posts.sql"), &known).await?;
    count_tags(tx, carried, position).await?;

    let likes = LikeChanges::of(events, |target| match target {
        Target::Post(post) => Some(post.0),
        Target::Comment(_) => None,
    });
    count_likes(tx, likes.counts, position).await?;
    touch(tx, standing).await
}

/// Adds the changes that this post makes to the number of posts of each tag.
fn count<'a>(carried: &mut BTreeMap<String, i64>, post: &Post<'a>, anonymous: bool, before: &[String]) {
    let counts = !(post.gone || post.followers_only || anonymous);
    let after: BTreeSet<&str> = post.tags.iter().filter(|_| counts).map(String::as_str).collect();
    let before: BTreeSet<&str> = before.iter().map(String::as_str).collect();
    for tag in after.difference(&before) {
        *carried.entry((*tag).to_owned()).or_default() += 1;
    }
    for tag in before.difference(&after) {
        *carried.entry((*tag).to_owned()).or_default() -= 1;
    }
}

/// Returns for each post whether it is anonymous, and its tags so far, if they count.
async fn carried_before(
    tx: &mut Tx<'_>,
    known: &[Post<'_>],
) -> Result<BTreeMap<Uuid, (bool, Vec<String>)>, sqlx::Error> {
    if known.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<(Uuid, bool, Vec<String>)> = sqlx::query_as(
        "select post_id, author_id is null,
            case when followers_only or author_id is null then '{}' else tags end
         from posts where post_id = any($1::uuid[])",
    )
    .bind(known.iter().map(|post| post.post_id).collect::<Vec<_>>())
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|(post, anonymous, tags)| (post, (anonymous, tags))).collect())
}

/// Returns the id of a tag, which names a tag that nobody uses any more without its word: the word may be of
/// a person who was forgotten.
fn tag_id(tag: &str) -> Uuid {
    Uuid::new_v5(&TAGS, tag.as_bytes())
}

/// The namespace of the ids of tags, a random UUID.
const TAGS: Uuid = Uuid::from_u128(0x6f2d_1c0e_95b4_4f0a_8a57_31c2_b0de_77a9);

async fn count_tags(
    tx: &mut Tx<'_>,
    mut carried: BTreeMap<String, i64>,
    position: Position,
) -> Result<(), sqlx::Error> {
    carried.retain(|_, change| *change != 0);
    if carried.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = carried.keys().map(|tag| tag_id(tag)).collect();
    let (tags, changes): (Vec<String>, Vec<i64>) = carried.into_iter().unzip();
    sqlx::query(
        "insert into tags (tag_id, tag, post_count, changed)
         select tag_id, tag, change, $4
         from unnest($1::uuid[], $2::text[], $3::bigint[]) as new (tag_id, tag, change)
         on conflict (tag_id) do update
         set post_count = tags.post_count + excluded.post_count,
             tag = case when tags.post_count + excluded.post_count > 0 then excluded.tag else '' end,
             changed = excluded.changed",
    )
    .bind(ids)
    .bind(tags)
    .bind(changes)
    .bind(position)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn count_likes(
    tx: &mut Tx<'_>,
    mut likes: BTreeMap<Uuid, i64>,
    position: Position,
) -> Result<(), sqlx::Error> {
    likes.retain(|_, change| *change != 0);
    if likes.is_empty() {
        return Ok(());
    }
    let (posts, changes): (Vec<Uuid>, Vec<i64>) = likes.into_iter().unzip();
    sqlx::query(include_str!("count_likes.sql"))
        .bind(posts)
        .bind(changes)
        .bind(position)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Marks the posts of people who have another name now, or whom others may see or not see now, as changed:
/// they are other documents.
async fn touch(tx: &mut Tx<'_>, standing: BTreeMap<Uuid, Position>) -> Result<(), sqlx::Error> {
    if standing.is_empty() {
        return Ok(());
    }
    let (people, positions): (Vec<Uuid>, Vec<Position>) = standing.into_iter().unzip();
    sqlx::query(
        "update posts
         set version = greatest(posts.version, change.position), changed = greatest(posts.changed, change.position)
         from unnest($1::uuid[], $2::bigint[]) as change (user_id, position)
         where posts.author_id = change.user_id and not posts.gone",
    )
    .bind(people)
    .bind(positions)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
