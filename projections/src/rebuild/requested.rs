//! Rebuilds that were requested from afar, and how they ended. A job has each rebuild done by a process that
//! has the role for it.

use super::{RebuildError, rebuild};
use crate::ports::EventSource;
use crate::projector::{Projector, Tx};
use crate::schema::Schema;
use sqlx::{PgConnection, PgPool};
use tracing::{info, warn};
use uuid::Uuid;

/// Requests that the projection be built anew; while a request waits or is underway, another changes nothing.
///
/// # Errors
/// The database's error.
pub async fn ask(
    connection: &mut PgConnection,
    projection: &str,
    by: Option<Uuid>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into public.rebuilds (projection, asked_by) values ($1, $2)
         on conflict (projection) do update set
             asked_by = excluded.asked_by, asked_at = excluded.asked_at, ended_at = null, error = null
         where rebuilds.ended_at is not null",
    )
    .bind(projection)
    .bind(by)
    .execute(connection)
    .await?;
    Ok(())
}

/// Returns the projections whose rebuilds were requested and have not ended, the oldest request first.
///
/// # Errors
/// The database's error.
pub async fn unanswered(pool: &PgPool) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("select projection from public.rebuilds where ended_at is null order by asked_at")
        .fetch_all(pool)
        .await
}

/// Does a requested rebuild, and notes how it ended. Returns false if another process is to do the rebuild,
/// or does it. `pool` is of three connections.
///
/// # Errors
/// The database's error.
pub async fn answer(
    projector: &dyn Projector,
    pool: &PgPool,
    source: &dyn EventSource,
) -> Result<bool, sqlx::Error> {
    let name = projector.name();
    let mut claim = pool.begin().await?;
    if !Schema::beside(projector, "asked").try_lock_exclusive(&mut claim).await? {
        return Ok(false);
    }
    if !is_requested(&mut claim, name).await? {
        return Ok(true);
    }
    // A copy of a newer release must not get an older one in its place: a process of that release does the
    // rebuild. The live copy's state is not read within the claim, which would keep the swap from dropping
    // the old copy.
    let mut aside = pool.acquire().await?;
    let live = Schema::live(projector).state(&mut aside).await?;
    drop(aside);
    if live.is_some_and(|(made_by, _)| made_by > projector.definition().version) {
        return Ok(false);
    }
    let error = match rebuild(projector, pool, source, &|_| {}).await {
        // Another rebuild is underway, by `madang rebuild`, say: the requested one is done later.
        Err(RebuildError::Busy { .. }) => return Ok(false),
        Err(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
            Some(format!("{error}{}", cause.unwrap_or_default()))
        }
        Ok(position) => {
            info!(projection = name, position, "rebuilt, as was asked");
            None
        }
    };
    if let Some(error) = &error {
        warn!(projection = name, error, "not rebuilt; the old copy goes on");
    }
    sqlx::query("update public.rebuilds set ended_at = clock_timestamp(), error = $2 where projection = $1")
        .bind(name)
        .bind(error)
        .execute(&mut *claim)
        .await?;
    claim.commit().await?;
    Ok(true)
}

/// Returns true if the requested rebuild was not done since.
async fn is_requested(claim: &mut Tx<'_>, projection: &str) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "select exists (select from public.rebuilds where projection = $1 and ended_at is null)",
    )
    .bind(projection)
    .fetch_one(&mut **claim)
    .await
}
