//! The events that were masked because someone was forgotten, as they stand now: what an older export has to take in.

use super::event::{COLUMNS, LogEvent, Row};
use super::masking::is_masked;
use futures::TryStreamExt;
use projections::Position;
use sqlx::PgPool;

/// All of them up to `last`, in position order, each given to `take`. Which of them were masked since an export is not
/// known, and need not be: taking in what is there already changes nothing.
///
/// # Errors
/// The database's, and `take`'s.
pub async fn masked<E: From<sqlx::Error>>(
    pool: &PgPool,
    last: Position,
    mut take: impl FnMut(LogEvent) -> Result<(), E>,
) -> Result<(), E> {
    let masked = is_masked();
    let sql = format!("select {COLUMNS} from events where position <= $1 and ({masked}) order by position");
    let mut rows = sqlx::query_as::<_, Row>(&sql).bind(last).fetch(pool);
    while let Some(row) = rows.try_next().await? {
        take(LogEvent::from(row))?;
    }
    Ok(())
}
