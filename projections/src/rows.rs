//! Rows are written as they are: one statement for all rows of a batch.

use crate::Tx;
use serde::Serialize;
use sqlx::types::Json;

/// Runs a statement whose $1 is these rows as JSON; without rows it does nothing.
///
/// # Errors
/// The database's error.
pub(crate) async fn write(tx: &mut Tx<'_>, sql: &str, rows: &[impl Serialize]) -> Result<(), sqlx::Error> {
    if !rows.is_empty() {
        sqlx::query(sql).bind(Json(rows)).execute(&mut **tx).await?;
    }
    Ok(())
}
