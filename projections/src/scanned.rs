//! Pages of rows some of which are hidden: the next page begins after the last row scanned, shown or
//! not, so that a page stays cheap, and one whose rows are all hidden still leads on.

use crate::Page;
use crate::reads::Reads;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{Decode, Postgres, Row, Type};

/// Returns the number of rows to scan for a page: one more than its limit, to know whether another page
/// follows.
pub(crate) fn rows(limit: usize) -> i64 {
    i64::try_from(limit).map_or(i64::MAX, |limit| limit.saturating_add(1))
}

/// Runs a query for [`rows`] rows in list order. The query's column `key` is what the list is ordered by;
/// `shown` reads the rest of a row, if readers may see it.
pub(crate) async fn page<T, R, K: Copy>(
    pool: impl Reads<'_>,
    query: Query<'_, Postgres, PgArguments>,
    limit: usize,
    key: impl Fn(R) -> K,
    shown: impl Fn(&PgRow) -> Result<Option<T>, sqlx::Error>,
) -> Result<Page<T, K>, sqlx::Error>
where
    R: for<'r> Decode<'r, Postgres> + Type<Postgres>,
{
    let rows = query.fetch_all(pool).await?;
    let scanned = rows
        .iter()
        .map(|row| Ok((key(row.try_get("key")?), shown(row)?)))
        .collect::<Result<Vec<_>, sqlx::Error>>()?;
    let page = Page::of(scanned, limit, |&(key, _)| key);
    Ok(Page { items: page.items.into_iter().filter_map(|(_, item)| item).collect(), next: page.next })
}
