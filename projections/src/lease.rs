//! A lease says which process does what only one process may do at a time: the runner of a projection, the
//! relay.
//!
//! A lease only saves work. Work that must not happen twice is guarded where it happens: by the checkpoint's
//! row, by the stream's expected sequence.

use sqlx::PgConnection;
use std::time::Duration;
use uuid::Uuid;

/// The time for which a lease lasts when its holder says nothing: a frozen holder is replaced after this.
pub const TTL: Duration = Duration::from_secs(5);

/// Takes or renews the lease for `holder`. The session of `connection` stands for the holder: when the
/// session ends (a killed process), the lease is free at once.
///
/// # Errors
/// The database's error.
pub async fn hold(connection: &mut PgConnection, name: &str, holder: Uuid) -> Result<bool, sqlx::Error> {
    let held: Option<(bool,)> = sqlx::query_as(include_str!("lease.sql"))
        .bind(name)
        .bind(holder)
        .bind(TTL.as_secs_f64())
        .fetch_optional(connection)
        .await?;
    Ok(held.is_some())
}

/// Gives the lease back, so that a stand-by need not wait.
///
/// # Errors
/// The database's error; the lease then expires by itself.
pub async fn release(connection: &mut PgConnection, name: &str, holder: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query("delete from public.leases where name = $1 and holder = $2")
        .bind(name)
        .bind(holder)
        .execute(connection)
        .await?;
    Ok(())
}
