//! Rebuilds that an admin has asked for, as jobs of processes with the role `projector`.

use crate::app::App;
use crate::edge::Problem;
use crate::wiring::Wiring;
use event_log::event_store::LogReader;
use jobs::queue::Enqueued;
use jobs::{Failure, Job, Queue};
use projections::{Projector, rebuild};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// The delay before the job looks again whether another process is done.
const SOON: Duration = Duration::from_secs(1);

/// The job that builds a projection anew.
#[derive(Serialize, Deserialize)]
pub(super) struct RebuildProjection {
    projection: String,
}

/// The parts that a rebuild needs.
pub(super) struct Rebuilder {
    projectors: Vec<Arc<dyn Projector>>,
    /// The rebuilder's own pool, of three connections.
    pool: PgPool,
    source: LogReader,
}

impl Job for RebuildProjection {
    const KIND: &'static str = "rebuild_projection";
    /// A rebuild that is underway is as good as another.
    const AGAIN: bool = false;
    type Context = Rebuilder;

    fn key(&self) -> String {
        self.projection.clone()
    }

    /// Runs the rebuild. Its end is noted with the request: a rebuild that fails is not tried again unless
    /// somebody asks.
    async fn run(self, rebuilder: Arc<Rebuilder>) -> Result<(), Failure> {
        let Rebuilder { projectors, pool, source } = &*rebuilder;
        let elsewhere = || Failure::wait("another process is to do it", SOON);
        let known = projectors.iter().find(|projector| projector.name() == self.projection);
        let projector = known.ok_or_else(elsewhere)?;
        match rebuild::answer(&**projector, pool, source).await? {
            true => Ok(()),
            false => Err(elsewhere()),
        }
    }
}

impl Rebuilder {
    /// Makes the rebuilder, if this node plays the role `projector`.
    pub(super) fn of(wiring: &Wiring) -> Option<Self> {
        wiring.settings.roles.projector.then(|| Self {
            projectors: wiring.projectors.clone(),
            pool: wiring.own_pool(3, false),
            source: LogReader::new(wiring.pool.clone()),
        })
    }
}

/// Asks for the projection to be built anew; asking again while the rebuild waits or is underway changes
/// nothing.
pub(super) async fn ask(app: &App, projection: &str, by: Option<Uuid>) -> Result<(), Problem> {
    let mut tx = app.pool.begin().await?;
    rebuild::ask(&mut tx, projection, by).await?;
    app.queue.enqueue(&mut *tx, &RebuildProjection { projection: projection.to_owned() }).await?;
    tx.commit().await?;
    app.queue.poke();
    Ok(())
}

/// Enqueues jobs for requests from before there was the job, or from a process that has no such job.
pub(super) async fn adopt(pool: &PgPool, queue: &Queue) -> Result<(), sqlx::Error> {
    let left = rebuild::unanswered(pool).await?.into_iter();
    let jobs = left.map(|projection| Enqueued::of(&RebuildProjection { projection })).collect();
    queue.enqueue_all(pool, jobs).await?;
    queue.poke();
    Ok(())
}
