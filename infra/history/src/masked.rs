//! The events that were masked because a person was forgotten, as the log has them now: an older export has
//! to take them in.

use super::event::{COLUMNS, LogEvent, Row};
use super::masking::is_masked;
use futures::TryStreamExt;
use projections::Position;
use sqlx::PgPool;

/// Gives each masked event up to `last` to `take`, in position order. Which of them were masked since an
/// export is not known, and need not be: taking in an event again changes nothing.
///
/// # Errors
/// The database's errors, and those of `take`.
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
