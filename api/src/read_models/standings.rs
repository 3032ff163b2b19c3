//! How everything stands, looked at once for all who ask.

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

/// A look is some dozens of questions, and consoles ask again and again.
const KEPT: Duration = Duration::from_secs(1);

/// What was seen a moment ago. Who asks while it is looked waits for that.
#[derive(Debug)]
pub struct Standings {
    projections: Vec<&'static str>,
    kept: Mutex<Option<(Instant, Arc<Standing>)>>,
}

impl Standings {
    /// Of these projections, not looked at yet.
    #[must_use]
    pub fn new(projections: Vec<&'static str>) -> Self {
        Self { projections, kept: Mutex::default() }
    }

    /// The projection of this name, if there is one.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&'static str> {
        self.projections.iter().copied().find(|known| *known == name)
    }

    /// How everything stands, or stood a moment ago.
    ///
    /// # Errors
    /// 503 if the database is away.
    pub async fn read(&self, app: &App) -> Result<Arc<Standing>, Problem> {
        let mut kept = self.kept.lock().await;
        if let Some((_, standing)) = kept.as_ref().filter(|(begun, _)| begun.elapsed() < KEPT) {
            return Ok(standing.clone());
        }
        let begun = Instant::now();
        let standing = Arc::new(look(app, &self.projections).await?);
        *kept = Some((begun, standing.clone()));
        Ok(standing)
    }

    /// Something was changed here: the next look shows it.
    pub async fn clear(&self) {
        *self.kept.lock().await = None;
    }
}

/// The log, the relay, and these projections with what is rebuilt of them.
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
