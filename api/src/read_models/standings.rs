//! The state of all projections, read once for all who ask at the same time.

use super::dto::{Projection, Standing};
use crate::app::App;
use crate::edge::Problem;
use crate::search::Search;
use chrono::{TimeDelta, Utc};
use event_log::status::{self, RelayStatus, Status};
use projections::Position;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// The time for which a standing is kept: reading one is some dozens of queries, and consoles ask again and
/// again.
const KEPT: Duration = Duration::from_secs(1);

/// The standing as of a moment ago. A request that comes while it is read waits for that reading.
#[derive(Debug)]
pub struct Standings {
    projections: Vec<&'static str>,
    cached: Mutex<Option<(Instant, Arc<Standing>)>>,
}

impl Standings {
    /// Makes the standings of these projections, not read yet.
    #[must_use]
    pub fn new(projections: Vec<&'static str>) -> Self {
        Self { projections, cached: Mutex::default() }
    }

    /// Returns the projection of this name, if there is one.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&'static str> {
        self.projections.iter().copied().find(|known| *known == name)
    }

    /// Returns the standing, as of now or a moment ago.
    ///
    /// # Errors
    /// 503 if the database is away.
    pub async fn read(&self, app: &App) -> Result<Arc<Standing>, Problem> {
        let mut cached = self.cached.lock().await;
        if let Some((_, standing)) = cached.as_ref().filter(|(begun, _)| begun.elapsed() < KEPT) {
            return Ok(standing.clone());
        }
        let begun = Instant::now();
        let standing = Arc::new(look(app, &self.projections).await?);
        *cached = Some((begun, standing.clone()));
        Ok(standing)
    }

    /// Drops the kept standing after a change here: the next reading shows the change.
    pub async fn clear(&self) {
        *self.cached.lock().await = None;
    }
}

/// Reads the log's head, the relay, and these projections with their rebuilds.
pub(super) async fn of(
    app: &App,
    names: &[&str],
) -> Result<(Position, RelayStatus, Vec<Projection>), Problem> {
    let rebuilds = app.read(|| status::rebuilds(&app.pool, names)).await?;
    let Status { head, relay, projections } = app.read(|| status::status(&app.pool, names)).await?;
    let projections = projections.into_iter().map(|projection| Projection::of(projection, &rebuilds));
    Ok((head, relay, projections.collect()))
}

async fn look(app: &App, projections: &[&str]) -> Result<Standing, Problem> {
    let (head, relay, items) = of(app, projections).await?;
    let now = Utc::now();
    let since = async |time| Ok::<_, Problem>((head - app.log.before(now - time).await?).max(0));
    Ok(Standing {
        head,
        last_minute: since(TimeDelta::minutes(1)).await?,
        last_hour: since(TimeDelta::hours(1)).await?,
        relay_lag: relay.lag,
        relay_stopped_because: relay.stopped_because,
        search_lag: (head - app.part::<Search>().fed.position()).max(0),
        items,
    })
}
