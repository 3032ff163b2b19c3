//! The queries of searches, with their words from the vault.

use super::popular::{PEOPLE_MIN, may_be_shown};
use super::{Period, Search};
use crate::reads::Reads;
use crate::search::text::fold;
use chrono::{DateTime, Utc};
use domain::value::{SearchId, UserId};
use sqlx::Row;
use sqlx::postgres::PgRow;

/// Returns the form in which two queries count as the same: the letters as search compares them, and blanks
/// as one space.
#[must_use]
pub fn key(query: &str) -> String {
    let folded: String = fold(query).chars.into_iter().collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the searches that the person has made and not forgotten. Where the person has typed something,
/// only searches that hold it are returned: those that begin with it first; the latest first of these. The
/// query reads no more searches than the person has, which is [`domain::search_history::SearchHistory::MAX`]
/// at most.
///
/// # Errors
/// The database's error.
pub async fn recent(
    pool: impl Reads<'_>,
    user: UserId,
    typed: &str,
    limit: usize,
) -> Result<Vec<Search>, sqlx::Error> {
    let rows = sqlx::query(include_str!("recent.sql"))
        .bind(user.0)
        .bind(key(typed))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(pool)
        .await?;
    rows.iter().map(search).collect()
}

fn search(row: &PgRow) -> Result<Search, sqlx::Error> {
    Ok(Search {
        id: SearchId(row.try_get("search_id")?),
        query: row.try_get("query")?,
        searched_at: row.try_get("searched_at")?,
    })
}

/// Returns the queries for which at least [`PEOPLE_MIN`] people have searched in the period up to a moment,
/// in the form of [`key`]; those of the most people first. The query reads all of the period: callers keep
/// what it returns.
///
/// # Errors
/// The database's error.
pub async fn popular(
    pool: impl Reads<'_>,
    period: Period,
    until: DateTime<Utc>,
    limit: usize,
) -> Result<Vec<String>, sqlx::Error> {
    // Few of the queries of many people must not be shown; a query left out here is only missed at the end.
    let scanned = limit.saturating_mul(2);
    let queries: Vec<String> = sqlx::query_scalar(include_str!("popular.sql"))
        .bind(until - period.length())
        .bind(until)
        .bind(i64::try_from(PEOPLE_MIN).unwrap_or(i64::MAX))
        .bind(i64::try_from(scanned).unwrap_or(i64::MAX))
        .fetch_all(pool)
        .await?;
    Ok(queries.into_iter().filter(|query| may_be_shown(query)).take(limit).collect())
}
