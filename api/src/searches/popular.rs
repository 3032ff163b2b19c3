//! What many people search for. The list is made anew every few minutes, for all who ask, as of the same moment on every
//! node: one that changed at once would tell, to who can see when someone searches, for what.

use super::dto::PopularSearch;
use crate::app::App;
use crate::edge::list::{self, Limit};
use crate::edge::{List, Problem, Reader};
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use chrono::{DateTime, Utc};
use projections::Position;
use projections::progress::Coverage;
use projections::searches::{self, popular, query};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use utoipa::{IntoParams, ToSchema};

/// How many are kept, to be suggested; nobody asks for so many.
const LONGEST: usize = 1_000;

/// How far back it goes.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// The last 24 hours.
    #[default]
    Day,
    /// The last seven days.
    Week,
}

/// The query string of the list of popular searches.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PopularQuery {
    /// The last `day`, or the last `week`.
    #[serde(default)]
    #[param(inline, required = false)]
    period: Period,
    /// How many items at most.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 100, default = 20, required = false)]
    limit: Limit,
}

/// List what many people search for
///
/// What at least three different people have searched for in the period and not forgotten since, what most of them
/// have first; nothing that looks like an address, a number or a link, or asks for someone's posts. Made anew every
/// five minutes. One page only.
#[utoipa::path(
    get, path = "/v1/search/popular", tag = "search",
    params(PopularQuery),
    responses((status = 200, description = "Queries.", body = List<PopularSearch>)),
    security((), ("bearer" = []))
)]
pub async fn list_popular_searches(
    State(app): State<App>,
    uri: Uri,
    reader: Reader,
) -> Result<Response, Problem> {
    let PopularQuery { period, limit } = list::query(&uri)?;
    let there = reader.covered(&app, &["searches"]).await;
    let CachedQueries { queries, position, .. } = app.part::<PopularSearches>().read(&app, period).await?;
    let fresh = reader.fresh(Coverage { covered: there.covered, position });
    let items = queries.iter().take(limit.into()).map(|query| PopularSearch { query: query.clone() });
    Ok(fresh.json(List { items: items.collect(), next_cursor: None }))
}

/// What many people searched for a moment ago, by period. Who asks while it is read waits for that: it is read once
/// for all.
#[derive(Debug)]
pub struct PopularSearches {
    every: Duration,
    day: Mutex<Option<CachedQueries>>,
    week: Mutex<Option<CachedQueries>>,
}

#[derive(Clone, Debug)]
struct CachedQueries {
    queries: Arc<[String]>,
    /// The read model had come at least so far.
    position: Position,
    until: DateTime<Utc>,
}

impl PopularSearches {
    /// None are known yet; they are read anew so often.
    #[must_use]
    pub fn new(every: Duration) -> Self {
        Self { every, day: Mutex::default(), week: Mutex::default() }
    }

    /// Those of the last week that hold what someone has typed, as they type it: what begins with it comes first, what
    /// most people search for first of these.
    ///
    /// # Errors
    /// The database's.
    pub async fn matching(&self, app: &App, typed: &str, limit: usize) -> Result<Vec<String>, Problem> {
        let kept = self.read(app, Period::Week).await?;
        Ok(popular::matching(&kept.queries, typed, limit).into_iter().map(str::to_owned).collect())
    }

    async fn read(&self, app: &App, period: Period) -> Result<CachedQueries, Problem> {
        let (kept, period) = match period {
            Period::Day => (&self.day, searches::Period::Day),
            Period::Week => (&self.week, searches::Period::Week),
        };
        let mut kept = kept.lock().await;
        let until = moment(Utc::now(), self.every);
        if let Some(kept) = kept.as_ref().filter(|kept| kept.until == until) {
            return Ok(kept.clone());
        }
        let (there, _) = app.progress.checkpoint("searches");
        let queries = app.read(|| query::popular(&app.reads, period, until, LONGEST)).await?;
        Ok(kept.insert(CachedQueries { queries: queries.into(), position: there, until }).clone())
    }
}

/// The latest moment as of which there is a list: the same for all who ask until the next.
fn moment(now: DateTime<Utc>, every: Duration) -> DateTime<Utc> {
    let every = i64::try_from(every.as_secs()).unwrap_or(i64::MAX);
    let since = now.timestamp().checked_rem_euclid(every);
    since.and_then(|since| DateTime::from_timestamp(now.timestamp() - since, 0)).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_of_the_same_moment_for_all_until_the_next() {
        let of = |now: &str, every| {
            let now = now.parse().expect("a time");
            moment(now, Duration::from_secs(every)).to_rfc3339()
        };
        for now in ["2026-01-01T12:35:00Z", "2026-01-01T12:37:21.5Z", "2026-01-01T12:39:59.999Z"] {
            assert_eq!(of(now, 300), "2026-01-01T12:35:00+00:00");
        }
        assert_eq!(of("2026-01-01T12:37:21.5Z", 0), "2026-01-01T12:37:21.500+00:00", "each its own");
    }
}
