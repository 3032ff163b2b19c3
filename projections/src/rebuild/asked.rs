//! Rebuilds that were asked for from afar, done by a process that has the role for it.

use super::{RebuildError, rebuild};
use crate::ports::EventSource;
use crate::projector::{Projector, Tx};
use crate::schema::Schema;
use sqlx::PgPool;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use uuid::Uuid;

/// How often it is looked whether someone asks.
const LOOK: Duration = Duration::from_secs(1);

/// Asks for the projection to be built anew; while that is waited for or underway, asking again changes nothing.
///
/// # Errors
/// The database's.
pub async fn ask(pool: &PgPool, projection: &str, by: Option<Uuid>) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into public.rebuilds (projection, asked_by) values ($1, $2)
         on conflict (projection) do update set
             asked_by = excluded.asked_by, asked_at = excluded.asked_at, ended_at = null, error = null
         where rebuilds.ended_at is not null",
    )
    .bind(projection)
    .bind(by)
    .execute(pool)
    .await?;
    Ok(())
}

/// Does what is asked for, one after the other. What is cut off is begun again by whoever looks next.
pub struct Rebuilder {
    /// What can be rebuilt.
    pub projectors: Vec<Arc<dyn Projector>>,
    /// Its own, of three connections.
    pub pool: PgPool,
    /// The log.
    pub source: Arc<dyn EventSource>,
    /// Ends it.
    pub shutdown: CancellationToken,
}

impl Rebuilder {
    /// Goes on until shutdown; a rebuild that is underway then is left.
    pub async fn run(self) {
        let shutdown = self.shutdown.clone();
        let _ = shutdown.run_until_cancelled(self.look()).await;
    }

    async fn look(&self) {
        let mut often = tokio::time::interval(LOOK);
        often.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            often.tick().await;
            if let Err(error) = self.all().await {
                warn!(%error, "rebuilds that were asked for can't be looked up");
            }
        }
    }

    async fn all(&self) -> Result<(), sqlx::Error> {
        let waiting: Vec<(String,)> =
            sqlx::query_as("select projection from public.rebuilds where ended_at is null order by asked_at")
                .fetch_all(&self.pool)
                .await?;
        for (name,) in waiting {
            let Some(projector) = self.projectors.iter().find(|projector| projector.name() == name) else {
                // Of another release, whose process does it.
                continue;
            };
            self.one(&**projector).await?;
        }
        Ok(())
    }

    async fn one(&self, projector: &dyn Projector) -> Result<(), sqlx::Error> {
        let name = projector.name();
        let mut claim = self.pool.begin().await?;
        if !is_claimed(&mut claim, projector).await? {
            return Ok(());
        }
        // A copy of a newer release must not get an older one in its place: a process of that release does it.
        // Not looked at within the claim, which would keep the swap from dropping the old one.
        let mut aside = self.pool.acquire().await?;
        let live = Schema::live(projector).state(&mut aside).await?;
        drop(aside);
        if live.is_some_and(|(made_by, _)| made_by > projector.definition().version) {
            return Ok(());
        }
        let error = match rebuild(projector, &self.pool, &*self.source, &|_| {}).await {
            // By `madang rebuild`, say: this one's turn comes.
            Err(RebuildError::Busy { .. }) => return Ok(()),
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
        sqlx::query(
            "update public.rebuilds set ended_at = clock_timestamp(), error = $2 where projection = $1",
        )
        .bind(name)
        .bind(error)
        .execute(&mut *claim)
        .await?;
        claim.commit().await
    }
}

/// Whether this process does it: another may be at it, or have done it since it was looked.
async fn is_claimed(claim: &mut Tx<'_>, projector: &dyn Projector) -> Result<bool, sqlx::Error> {
    if !Schema::beside(projector, "asked").try_lock_exclusive(claim).await? {
        return Ok(false);
    }
    sqlx::query_scalar(
        "select exists (select from public.rebuilds where projection = $1 and ended_at is null)",
    )
    .bind(projector.name())
    .fetch_one(&mut **claim)
    .await
}
