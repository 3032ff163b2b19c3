//! The backlog: how the jobs and the reactions of all features stand, for those who run the service.

use crate::app::{App, Parts};
use crate::edge::Problem;
use crate::feature::{Feature, Gauge, Unable};
use crate::wiring::Wiring;
use jobs::counts::{self, Counts};
use react::status::{self, ReactionStatus};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// Consoles ask again and again.
const KEPT: Duration = Duration::from_secs(1);

/// This feature.
pub struct Jobs;

impl Feature for Jobs {
    fn equip(&self, wiring: &Wiring, parts: &mut Parts) -> Result<(), Unable> {
        parts.put(Backlog { kinds: wiring.job_kinds.clone(), kept: Mutex::default() });
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

/// How jobs and reactions stand.
#[derive(Debug)]
pub struct Work {
    /// Each kind of job.
    pub jobs: Vec<Counts>,
    /// Each reaction.
    pub reactions: Vec<ReactionStatus>,
}

/// How the work stood a moment ago. Who asks while it is looked waits for that.
#[derive(Debug)]
pub struct Backlog {
    kinds: Vec<&'static str>,
    kept: Mutex<Option<(Instant, Arc<Work>)>>,
}

impl Backlog {
    /// How jobs and reactions stand, or stood a moment ago.
    ///
    /// # Errors
    /// 503 if the database is away.
    pub async fn read(&self, app: &App) -> Result<Arc<Work>, Problem> {
        let mut kept = self.kept.lock().await;
        if let Some((_, work)) = kept.as_ref().filter(|(begun, _)| begun.elapsed() < KEPT) {
            return Ok(work.clone());
        }
        let begun = Instant::now();
        let work = Arc::new(Work {
            jobs: app.read(|| counts::counts(&app.pool, &self.kinds)).await?,
            reactions: app.read(|| status::status(&app.pool)).await?,
        });
        *kept = Some((begun, work.clone()));
        Ok(work)
    }
}
