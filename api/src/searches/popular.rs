//! Popular searches: the queries that many people search for. The list is made anew every few minutes, for
//! all readers, as of the same moment on every node: a list that changed at once would tell a person who can
//! see when somebody searches what they search for.

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

/// The number of queries that are kept, to be suggested; nobody asks for so many.
const LONGEST: usize = 1_000;

/// The period of the list: how far back it goes.
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
    /// The page's limit: how many items at most.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 100, default = 20, required = false)]
    limit: Limit,
}

/// List what many people search for
///
/// Queries that at least three different people have searched for in the period and not forgotten since; the
/// queries of most people come first. A query that looks like an address, a number or a link, or asks for a
/// person's posts, is left out. The list is made anew every five minutes. One page only.
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

/// The popular searches of a moment ago, by period. A request that comes while a list is read waits for that
/// reading: the list is read once for all.
#[derive(Debug)]
pub struct PopularSearches {
    every: Duration,
    day: Mutex<Option<CachedQueries>>,
    week: Mutex<Option<CachedQueries>>,
}

#[derive(Clone, Debug)]
struct CachedQueries {
    queries: Arc<[String]>,
    /// The position that the read model had reached at least when the queries were read.
    position: Position,
    until: DateTime<Utc>,
}

impl PopularSearches {
    /// Makes the cache, empty; lists are read anew every `every`.
    #[must_use]
    pub fn new(every: Duration) -> Self {
        Self { every, day: Mutex::default(), week: Mutex::default() }
    }

    /// Returns the queries of the last week that hold the text typed so far: queries that begin with it come
    /// first, and of these the queries of most people.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn matching(&self, app: &App, typed: &str, limit: usize) -> Result<Vec<String>, Problem> {
        let cached = self.read(app, Period::Week).await?;
        Ok(popular::matching(&cached.queries, typed, limit).into_iter().map(str::to_owned).collect())
    }

    async fn read(&self, app: &App, period: Period) -> Result<CachedQueries, Problem> {
        let (cached, period) = match period {
            Period::Day => (&self.day, searches::Period::Day),
            Period::Week => (&self.week, searches::Period::Week),
        };
        let mut cached = cached.lock().await;
        let until = moment(Utc::now(), self.every);
        if let Some(cached) = cached.as_ref().filter(|cached| cached.until == until) {
            return Ok(cached.clone());
        }
        let (there, _) = app.progress.checkpoint("searches");
        let queries = app.read(|| query::popular(&app.reads, period, until, LONGEST)).await?;
        Ok(cached.insert(CachedQueries { queries: queries.into(), position: there, until }).clone())
    }
}

/// Returns the latest moment as of which there is a list: the same for all requests until the next moment.
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
