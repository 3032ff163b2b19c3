//! The backlog: how the jobs of all features stand, for those who run the service.

use crate::app::{App, Parts};
use crate::edge::Problem;
use crate::feature::{Feature, Gauge, Unable};
use crate::wiring::Wiring;
use jobs::counts::{self, Counts};
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
            Ok(())
        }))
    }
}

/// How the jobs stood a moment ago. Who asks while it is looked waits for that.
#[derive(Debug)]
pub struct Backlog {
    kinds: Vec<&'static str>,
    kept: Mutex<Option<(Instant, Arc<Vec<Counts>>)>>,
}

impl Backlog {
    /// How the jobs of each kind stand.
    ///
    /// # Errors
    /// 503 if the database is away.
    pub async fn read(&self, app: &App) -> Result<Arc<Vec<Counts>>, Problem> {
        let mut kept = self.kept.lock().await;
        if let Some((_, counts)) = kept.as_ref().filter(|(begun, _)| begun.elapsed() < KEPT) {
            return Ok(counts.clone());
        }
        let begun = Instant::now();
        let counts = Arc::new(app.read(|| counts::counts(&app.pool, &self.kinds)).await?);
        *kept = Some((begun, counts.clone()));
        Ok(counts)
    }
}
