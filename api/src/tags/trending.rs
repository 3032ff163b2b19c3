//! Trending tags, kept for a few seconds: everyone asks for them, and reading them reads all that was written
//! lately.

use super::dto::Trend;
use crate::app::App;
use crate::edge::list::{self, Limit};
use crate::edge::{List, Problem, Reader};
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use projections::Position;
use projections::progress::Coverage;
use projections::tags::{self, query};
use serde::Deserialize;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use utoipa::{IntoParams, ToSchema};

/// The greatest age of an answer, for readers who have written nothing since.
const MAX_AGE: Duration = Duration::from_secs(10);

/// The rest after a reading, in multiples of the time that it took: people write all the time, and each wants
/// to see what they wrote.
const REST: u32 = 10;

/// The longest list that anyone may ask for.
const LONGEST: usize = 100;

/// The period of a trend: how far back it goes.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// The last 24 hours.
    #[default]
    Day,
    /// The last seven days.
    Week,
}

/// The query string of the list of trending tags.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TrendingQuery {
    /// The last `day`, or the last `week`.
    #[serde(default)]
    #[param(inline, required = false)]
    period: Period,
    /// The page's limit: how many items at most.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 100, default = 20, required = false)]
    limit: Limit,
}

/// List the trending tags
///
/// The list has the tags that most different people have put on posts of the period, of equally many the one
/// on more posts. Posts that were published long ago elsewhere and posts for followers only do not count. One
/// page only.
#[utoipa::path(
    get, path = "/v1/tags/trending", tag = "tags",
    params(TrendingQuery),
    responses((status = 200, description = "Tags.", body = List<Trend>)),
    security((), ("bearer" = []))
)]
pub async fn list_trending_tags(
    State(app): State<App>,
    uri: Uri,
    reader: Reader,
) -> Result<Response, Problem> {
    let TrendingQuery { period, limit } = list::query(&uri)?;
    let deadline = Instant::now() + reader.bound;
    let there = reader.covered(&app, &["tags"]).await;
    let (trends, position) =
        app.part::<Trends>().read(&app, period, reader.position.min(there.position), deadline).await?;
    let fresh = reader.fresh(Coverage { covered: position >= reader.position, position });
    let items = trends.into_iter().take(limit.into()).map(Trend::from).collect();
    Ok(fresh.json(List { items, next_cursor: None }))
}

/// The trends of a moment ago, by period. A request that comes while they are read waits for that reading:
/// they are read once for all.
#[derive(Debug, Default)]
pub struct Trends {
    day: Mutex<Option<CachedTrends>>,
    week: Mutex<Option<CachedTrends>>,
}

#[derive(Debug)]
struct CachedTrends {
    trends: Vec<tags::Trend>,
    /// The position that the read model had reached at least when the trends were read.
    position: Position,
    read_at: Instant,
    /// The time that the reading took.
    took: Duration,
}

impl CachedTrends {
    /// Returns true if these trends will do for a reader who must see the position `wanted`.
    fn will_do(&self, wanted: Position) -> bool {
        self.position >= wanted && self.read_at.elapsed() < MAX_AGE
    }

    /// Returns the time for which these trends must still do for everyone.
    fn rest(&self) -> Duration {
        (self.took * REST).min(MAX_AGE).saturating_sub(self.read_at.elapsed())
    }
}

impl Trends {
    /// Returns the longest list of the period, and the position up to which it is complete: `wanted`, unless
    /// that takes until after `deadline`.
    pub async fn read(
        &self,
        app: &App,
        period: Period,
        wanted: Position,
        deadline: Instant,
    ) -> Result<(Vec<tags::Trend>, Position), Problem> {
        let (cached, period) = match period {
            Period::Day => (&self.day, tags::Period::Day),
            Period::Week => (&self.week, tags::Period::Week),
        };
        loop {
            let mut cached = cached.lock().await;
            let rest = cached.as_ref().map_or(Duration::ZERO, CachedTrends::rest);
            let too_late = Instant::now() + rest > deadline && !rest.is_zero();
            if let Some(cached) = cached.as_ref().filter(|cached| cached.will_do(wanted) || too_late) {
                return Ok((cached.trends.clone(), cached.position));
            }
            if rest.is_zero() {
                let read_at = Instant::now();
                // The checkpoint is looked up now, so that the list will do for all who wait meanwhile.
                let (there, _) = app.progress.checkpoint("tags");
                let trends = app.read(|| query::trending(&app.reads, period, LONGEST)).await?;
                let (position, took) = (there, read_at.elapsed());
                *cached = Some(CachedTrends { trends: trends.clone(), position, read_at, took });
                return Ok((trends, position));
            }
            drop(cached);
            tokio::time::sleep(rest).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cached(read_at: Instant, took: Duration) -> CachedTrends {
        CachedTrends { trends: vec![], position: 5, read_at, took }
    }

    #[test]
    fn an_answer_is_kept_for_those_who_have_written_nothing_since() {
        let new = cached(Instant::now(), Duration::ZERO);
        assert!(new.will_do(0) && new.will_do(5));
        assert!(!new.will_do(6), "their own post may be missing");
        let old = Instant::now().checked_sub(MAX_AGE).expect("this machine is up for longer");
        assert!(!cached(old, Duration::ZERO).will_do(0));
    }

    #[test]
    fn what_is_slow_to_read_is_read_less_often() {
        let rest = |took_ms| cached(Instant::now(), Duration::from_millis(took_ms)).rest();
        assert_eq!(rest(0), Duration::ZERO);
        assert!(rest(100) > Duration::from_millis(500) && rest(100) <= Duration::from_secs(1));
        assert!(rest(60_000) <= MAX_AGE);
    }
}
