//! A retry of parked events, which an operator requests while the runner runs: only the runner knows which
//! aggregates it holds back, so it does the work itself.

use sqlx::{PgConnection, PgExecutor, PgPool};

/// Requests that the projection's runner, in whichever process, try its parked events again.
///
/// # Errors
/// The database's error.
pub async fn ask(pool: &PgPool, projection: &str) -> Result<(), sqlx::Error> {
    sqlx::query("insert into public.retries (projection) values ($1) on conflict do nothing")
        .bind(projection)
        .execute(pool)
        .await?;
    Ok(())
}

/// Returns true if the runner has not done the requested retry yet.
///
/// # Errors
/// The database's error.
pub async fn is_asked(executor: impl PgExecutor<'_>, projection: &str) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("select exists (select 1 from public.retries where projection = $1)")
        .bind(projection)
        .fetch_one(executor)
        .await
}

/// Notes that the requested retry is done, once this connection's transaction commits.
pub(crate) async fn done(connection: &mut PgConnection, projection: &str) -> Result<(), sqlx::Error> {
    sqlx::query("delete from public.retries where projection = $1")
        .bind(projection)
        .execute(connection)
        .await?;
    Ok(())
}
