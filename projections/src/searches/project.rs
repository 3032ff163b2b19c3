//! The writes of searches: the person and the time of each.

use super::fold::{SearchChange, SearchHistoryChanges};
use crate::{RecordedEvent, Tx};
use domain::value::{SearchId, UserId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

/// Applies a batch.
pub(super) async fn apply(tx: &mut Tx<'_>, events: &[Arc<RecordedEvent>]) -> Result<(), sqlx::Error> {
    let SearchHistoryChanges { cleared, searches, away } = SearchHistoryChanges::of(events);
    clear(tx, &cleared).await?;
    forget(tx, &searches).await?;
    remember(tx, &searches).await?;
    write_away(tx, &away).await
}

async fn clear(tx: &mut Tx<'_>, cleared: &BTreeSet<UserId>) -> Result<(), sqlx::Error> {
    let users: Vec<Uuid> = cleared.iter().map(|user| user.0).collect();
    if !users.is_empty() {
        sqlx::query("delete from recent where user_id = any($1::uuid[])")
            .bind(users)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

async fn forget(tx: &mut Tx<'_>, searches: &BTreeMap<SearchId, SearchChange>) -> Result<(), sqlx::Error> {
    let gone = searches.iter().filter(|(_, change)| change.searched.is_none());
    let gone: Vec<Uuid> = gone.map(|(search, _)| search.0).collect();
    if !gone.is_empty() {
        sqlx::query("delete from recent where search_id = any($1::uuid[])")
            .bind(gone)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

const REMEMBER: &str = "
    insert into recent (search_id, user_id, position, searched_at)
    select search_id, user_id, position, searched_at
    from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::timestamptz[])
        as new (search_id, user_id, position, searched_at)
    on conflict (search_id) do update
    set position = excluded.position, searched_at = excluded.searched_at";

async fn remember(tx: &mut Tx<'_>, searches: &BTreeMap<SearchId, SearchChange>) -> Result<(), sqlx::Error> {
    let (mut ids, mut users, mut positions, mut times) = (vec![], vec![], vec![], vec![]);
    for (id, change) in searches {
        let Some((position, searched_at)) = change.searched else { continue };
        ids.push(id.0);
        users.push(change.user_id.0);
        positions.push(position);
        times.push(searched_at);
    }
    if !ids.is_empty() {
        sqlx::query(REMEMBER).bind(ids).bind(users).bind(positions).bind(times).execute(&mut **tx).await?;
    }
    Ok(())
}

async fn write_away(tx: &mut Tx<'_>, away: &BTreeMap<UserId, bool>) -> Result<(), sqlx::Error> {
    for (sql, left) in [
        ("delete from away where user_id = any($1::uuid[])", false),
        ("insert into away (user_id) select unnest($1::uuid[]) on conflict (user_id) do nothing", true),
    ] {
        let users = away.iter().filter(|&(_, &state)| state == left).map(|(user, _)| user.0);
        let users: Vec<Uuid> = users.collect();
        if !users.is_empty() {
            sqlx::query(sql).bind(users).execute(&mut **tx).await?;
        }
    }
    Ok(())
}
