//! Reads searches, with their words from the vault.

use super::popular::{PEOPLE_MIN, may_be_shown};
use super::{Period, Search};
use crate::reads::Reads;
use crate::search::text::fold;
use chrono::{DateTime, Utc};
use domain::value::{SearchId, UserId};
use sqlx::Row;
use sqlx::postgres::PgRow;

/// What counts as the same query: the letters as search compares them, and blanks as one space.
#[must_use]
pub fn key(query: &str) -> String {
    let folded: String = fold(query).chars.into_iter().collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What the person has searched for and not forgotten. Where they have typed something, what holds it: what begins with
/// it first; the latest first of these. Reads no more than they have, which is
/// [`domain::search_history::SearchHistory::MAX`].
///
/// # Errors
/// The database's.
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

/// What at least [`PEOPLE_MIN`] people have searched for in the period up to a moment, in the form of [`key`]; what
/// most of them have first. Reads all of the period: keep what it gives.
///
/// # Errors
/// The database's.
pub async fn popular(
    pool: impl Reads<'_>,
    period: Period,
    until: DateTime<Utc>,
    limit: usize,
) -> Result<Vec<String>, sqlx::Error> {
    // Few of what many have searched for must not be shown; what is left out here is only missed at the end.
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
