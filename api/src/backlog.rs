//! The backlog: how the jobs and the reactions of all features stand, for those who run the service.

use crate::app::{App, Parts};
use crate::edge::Problem;
use crate::feature::{Feature, Gauge, Unable};
use crate::personal::Personal;
use crate::wiring::Wiring;
use jobs::counts::{self, Counts};
use react::status::{self, ReactionStatus};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// The time that a reading is shown again: consoles ask again and again.
const CACHED_FOR: Duration = Duration::from_secs(1);

/// The feature of the backlog.
pub struct Jobs;

impl Feature for Jobs {
    fn personal(&self) -> Personal {
        Personal::NOTHING
    }

    fn equip(&self, wiring: &Wiring, parts: &mut Parts) -> Result<(), Unable> {
        parts.put(Backlog { kinds: wiring.job_kinds.clone(), cached: Mutex::default() });
        Ok(())
    }

    fn gauge(&self, wiring: &Wiring, _app: Option<&App>) -> Option<Gauge> {
        let (pool, kinds) = (wiring.pool.clone(), wiring.job_kinds.clone());
        Some(Box::pin(async move {
            counts::gauge(&counts::counts(&pool, &kinds).await?);
            status::gauge(&status::status(&pool).await?);
            Ok(())
        }))
    }
}

/// The standing of jobs and reactions.
#[derive(Debug)]
pub struct Work {
    /// The counts of each kind of job.
    pub jobs: Vec<Counts>,
    /// The status of each reaction.
    pub reactions: Vec<ReactionStatus>,
}

/// The standing of the work a moment ago. A caller that asks while it is read waits for that reading.
#[derive(Debug)]
pub struct Backlog {
    kinds: Vec<&'static str>,
    cached: Mutex<Option<(Instant, Arc<Work>)>>,
}

impl Backlog {
    /// Reads how jobs and reactions stand, or stood a moment ago.
    ///
    /// # Errors
    /// 503 if the database is away.
    pub async fn read(&self, app: &App) -> Result<Arc<Work>, Problem> {
        let mut cached = self.cached.lock().await;
        if let Some((_, work)) = cached.as_ref().filter(|(begun, _)| begun.elapsed() < CACHED_FOR) {
            return Ok(work.clone());
        }
        let begun = Instant::now();
        let work = Arc::new(Work {
            jobs: app.read(|| counts::counts(&app.pool, &self.kinds)).await?,
            reactions: app.read(|| status::status(&app.pool)).await?,
        });
        *cached = Some((begun, work.clone()));
        Ok(work)
    }
}
