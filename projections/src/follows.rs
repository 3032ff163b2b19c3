//! Follows, while a copy is filled: the changes of each batch are noted as they come, and the pairs that
//! stand are written once, in order, at the end. A row at a time into an index in no order costs several
//! times as much.

use crate::{RecordedEvent, Tx};
use domain::Event;
use domain::follow::FollowEvent;
use sqlx::Executor;
use std::sync::Arc;

/// Makes a table for notes in a copy that is about to be filled.
pub(crate) async fn prepare(tx: &mut Tx<'_>) -> Result<(), sqlx::Error> {
    tx.execute(
        "create table follow_changes (
            follower_id uuid not null, followee_id uuid not null, position bigint not null, follows boolean not null
        )",
    )
    .await?;
    Ok(())
}

/// Notes the follows of a batch.
pub(crate) async fn note(tx: &mut Tx<'_>, events: &[Arc<RecordedEvent>]) -> Result<(), sqlx::Error> {
    let (mut followers, mut followees, mut positions, mut follows) = (vec![], vec![], vec![], vec![]);
    for recorded in events {
        let (follower, followee, is_on) = match recorded.event {
            Ok(Event::Follow(FollowEvent::Followed { follower_id, followee_id })) => {
                (follower_id, followee_id, true)
            }
            Ok(Event::Follow(FollowEvent::Unfollowed { follower_id, followee_id })) => {
                (follower_id, followee_id, false)
            }
            _ => continue,
        };
        followers.push(follower.0);
        followees.push(followee.0);
        positions.push(recorded.position);
        follows.push(is_on);
    }
    if followers.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into follow_changes (follower_id, followee_id, position, follows)
         select follower_id, followee_id, position, follows
         from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::boolean[])
             as new (follower_id, followee_id, position, follows)",
    )
    .bind(followers)
    .bind(followees)
    .bind(positions)
    .bind(follows)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes the pairs that stand into `follows`, which is empty and has the same key in every slice; the
/// written columns are some of `follower_id`, `followee_id` and `position`, the position of the event since
/// which the pair stands.
pub(crate) async fn settle(tx: &mut Tx<'_>, columns: &str) -> Result<(), sqlx::Error> {
    // A key made at once costs a third of a key that grows row by row.
    let sql = format!(
        "alter table follows drop constraint follows_pkey;
         insert into follows ({columns})
         select {columns} from (
             select distinct on (follower_id, followee_id) follower_id, followee_id, position, follows
             from follow_changes
             order by follower_id, followee_id, position desc
         ) latest
         where latest.follows;
         alter table follows add constraint follows_pkey primary key (follower_id, followee_id)"
    );
    tx.execute(sql.as_str()).await?;
    Ok(())
}

/// Drops the table of notes.
pub(crate) async fn drop_changes(tx: &mut Tx<'_>) -> Result<(), sqlx::Error> {
    tx.execute("drop table follow_changes").await?;
    Ok(())
}
