//! The database's schema, and the check that the database keeps events through a crash.

use sqlx::PgPool;
use uuid::Uuid;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations");

/// The reason why the database is not fit for this build.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// A migration failed or was changed after it was applied.
    #[error("the database can't be migrated")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The database's settings can't be read.
    #[error("the database's settings can't be read")]
    Database(#[from] sqlx::Error),
    /// The database would lose, at a crash, events that it said were stored.
    #[error(
        "Postgres runs with {setting} off: a crash would lose events that clients were told are stored. \
         Turn it on, or set MADANG_ALLOW_UNSAFE_POSTGRES=1 to run all the same"
    )]
    NotDurable {
        /// The name of the setting.
        setting: String,
    },
}

/// Applies the migrations that are missing; several processes may do so at once.
///
/// # Errors
/// See [`MigrateError`].
pub async fn migrate(pool: &PgPool) -> Result<(), MigrateError> {
    Ok(MIGRATIONS.run(pool).await?)
}

/// Checks that a commit of this database survives a crash.
///
/// # Errors
/// [`MigrateError::NotDurable`] names the first setting that is off.
pub async fn must_be_durable(pool: &PgPool) -> Result<(), MigrateError> {
    let setting: Option<(String,)> = sqlx::query_as(
        "select name from pg_settings
         where name in ('fsync', 'synchronous_commit', 'full_page_writes') and setting = 'off'
         order by name limit 1",
    )
    .fetch_optional(pool)
    .await?;
    match setting {
        Some((setting,)) => Err(MigrateError::NotDurable { setting }),
        None => Ok(()),
    }
}

/// Gives the log another id, so that a restored log's new events can't mix with those that NATS holds: relay
/// and tails of servers started from now on use a stream of their own.
///
/// # Errors
/// The database's errors.
pub async fn renew_log_id(pool: &PgPool) -> Result<Uuid, sqlx::Error> {
    let mut tx = pool.begin().await?;
    let (id,) =
        sqlx::query_as("update log set id = gen_random_uuid() returning id").fetch_one(&mut *tx).await?;
    sqlx::query(
        "update relay set position = 0, stream_sequence = 0, stream_created = null, stopped_because = null",
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(id)
}
