//! A projection's schema: made, advanced, and swapped with a copy built beside it.

use crate::lease::TTL;
use crate::ports::{Position, RecordedEvent};
use crate::projector::{Projector, Tx};
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Executor, PgPool};
use std::sync::Arc;

/// The tables that the runner itself keeps in every projection's schema.
const OWN_TABLES: &str = include_str!("schema.sql");

/// A schema by name. Names come from projectors, never from input, so they stand in SQL as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema(String);

impl Schema {
    /// Returns the schema that readers read.
    #[must_use]
    pub fn live(projector: &dyn Projector) -> Self {
        Self(projector.name().to_owned())
    }

    /// Returns the schema in which a copy is built beside the live one.
    #[must_use]
    pub fn beside(projector: &dyn Projector, purpose: &str) -> Self {
        Self(format!("{}_{purpose}", projector.name()))
    }

    /// Returns the schema's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }

    /// Returns the version of the projector that made the schema and the position that the schema has
    /// reached, if it is there.
    ///
    /// # Errors
    /// The database's error.
    pub async fn state(&self, connection: &mut PgConnection) -> Result<Option<(i32, Position)>, sqlx::Error> {
        let (there,): (bool,) = sqlx::query_as("select to_regclass($1 || '.checkpoint') is not null")
            .bind(&self.0)
            .fetch_one(&mut *connection)
            .await?;
        if !there {
            return Ok(None);
        }
        sqlx::query_as(&format!("select version, position from {}.checkpoint", self.0))
            .fetch_optional(connection)
            .await
    }

    /// Makes the schema anew, empty, without the readers' indexes.
    ///
    /// # Errors
    /// The database's error.
    pub async fn create(&self, tx: &mut Tx<'_>, projector: &dyn Projector) -> Result<(), sqlx::Error> {
        let name = &self.0;
        let head = format!("drop schema if exists {name} cascade; create schema {name};");
        tx.execute(head.as_str()).await?;
        self.enter(tx).await?;
        tx.execute(OWN_TABLES).await?;
        tx.execute(projector.definition().tables).await?;
        sqlx::query("insert into checkpoint (version) values ($1)")
            .bind(projector.definition().version)
            .execute(&mut **tx)
            .await?;
        Ok(())
    }

    /// Makes the readers' indexes.
    ///
    /// # Errors
    /// The database's error.
    pub async fn index(&self, tx: &mut Tx<'_>, projector: &dyn Projector) -> Result<(), sqlx::Error> {
        self.enter(tx).await?;
        tx.execute(projector.definition().indexes).await?;
        Ok(())
    }

    /// Removes the schema if it is there.
    ///
    /// # Errors
    /// The database's error.
    pub async fn drop(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        connection.execute(format!("drop schema if exists {} cascade", self.0).as_str()).await?;
        Ok(())
    }

    /// Makes names without schema mean this schema until the transaction ends.
    ///
    /// # Errors
    /// The database's error.
    pub async fn enter(&self, tx: &mut Tx<'_>) -> Result<(), sqlx::Error> {
        sqlx::query("select set_config('search_path', $1, true)").bind(&self.0).execute(&mut **tx).await?;
        Ok(())
    }

    /// Begins a transaction for a batch on the live schema, as [`Schema::enter`] does for others: a swap
    /// waits until the transaction ends. A session that falls silent in the middle of the transaction is cut
    /// off as its lease ends: its locks must not outlive the lease.
    ///
    /// # Errors
    /// The database's error.
    pub async fn begin_shared<'c>(&self, connection: &'c mut PgConnection) -> Result<Tx<'c>, sqlx::Error> {
        // The statements are sent in one round trip, the lock first: every batch pays for the round trip.
        let begin = format!(
            "begin;
             select pg_advisory_xact_lock_shared(hashtextextended('{}', 0));
             set local search_path = {};
             set local idle_in_transaction_session_timeout = {}",
            lock_name(&self.0),
            self.0,
            TTL.as_millis()
        );
        connection.begin_with(begin).await
    }

    /// Keeps every batch out of the schema until the transaction ends.
    ///
    /// # Errors
    /// The database's error.
    pub async fn lock_exclusive(&self, tx: &mut Tx<'_>) -> Result<(), sqlx::Error> {
        sqlx::query("select pg_advisory_xact_lock(hashtextextended($1, 0))")
            .bind(lock_name(&self.0))
            .execute(&mut **tx)
            .await?;
        Ok(())
    }

    /// Locks as [`Schema::lock_exclusive`] does, without waiting; returns false when another process has the
    /// lock.
    ///
    /// # Errors
    /// The database's error.
    pub async fn try_lock_exclusive(&self, tx: &mut Tx<'_>) -> Result<bool, sqlx::Error> {
        let (locked,) = sqlx::query_as("select pg_try_advisory_xact_lock(hashtextextended($1, 0))")
            .bind(lock_name(&self.0))
            .fetch_one(&mut **tx)
            .await?;
        Ok(locked)
    }

    /// Returns those of the projections of which any process builds a copy just now, and how far these copies
    /// have come.
    ///
    /// # Errors
    /// The database's error.
    pub async fn making(pool: &PgPool, projections: &[&str]) -> Result<Vec<(String, Position)>, sqlx::Error> {
        let next: Vec<_> = projections.iter().map(|name| format!("{name}_next")).collect();
        let locks: Vec<_> = next.iter().map(|schema| lock_name(schema)).collect();
        let made: Vec<(String, String)> = sqlx::query_as(
            "with held as materialized (
                 select (classid::bigint << 32) | objid::bigint as key from pg_locks
                 where locktype = 'advisory' and mode = 'ExclusiveLock' and granted and objsubid = 1
                     and database = (select oid from pg_database where datname = current_database())
             )
             select name, schema from unnest($1::text[], $2::text[], $3::text[]) as asked (name, schema, lock)
             where hashtextextended(lock, 0) in (select key from held)
                 and to_regclass(schema || '.checkpoint') is not null",
        )
        .bind(projections)
        .bind(next)
        .bind(locks)
        .fetch_all(pool)
        .await?;
        let mut positions = vec![];
        for (name, schema) in made {
            let sql = format!("select position from {schema}.checkpoint");
            match sqlx::query_scalar(&sql).fetch_optional(pool).await {
                Ok(position) => positions.extend(position.map(|position| (name, position))),
                // The copy was swapped in between the two queries.
                Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("42P01") => {}
                Err(error) => return Err(error),
            }
        }
        Ok(positions)
    }

    /// Moves the checkpoint of the schema the transaction has entered from `from` to an event. Returns false
    /// when the checkpoint is not at `from`, that is, when another process has moved it; when another version
    /// of the projector made the schema, that is, when a copy of another release was swapped in; and when the
    /// log does not have the event: events read before a backup was restored must not get in.
    ///
    /// # Errors
    /// The database's error.
    pub async fn advance(
        tx: &mut Tx<'_>,
        version: i32,
        from: Position,
        to: &RecordedEvent,
    ) -> Result<bool, sqlx::Error> {
        let moved = sqlx::query(
            "update checkpoint set position = $2 where position = $1 and version = $5 and exists (
                select from public.events e
                where e.position = $2 and e.sequence = $3 and e.recorded_at = $4)",
        )
        .bind(from)
        .bind(to.position)
        .bind(to.sequence)
        .bind(to.recorded_at)
        .bind(version)
        .execute(&mut **tx)
        .await?;
        Ok(moved.rows_affected() == 1)
    }

    /// Moves the checkpoint as [`Schema::advance`] does where the log is in another database, for a copy that
    /// follows no living log.
    ///
    /// # Errors
    /// The database's error.
    pub(crate) async fn advance_apart(
        tx: &mut Tx<'_>,
        version: i32,
        from: Position,
        to: Position,
    ) -> Result<bool, sqlx::Error> {
        let moved = sqlx::query("update checkpoint set position = $2 where position = $1 and version = $3")
            .bind(from)
            .bind(to)
            .bind(version)
            .execute(&mut **tx)
            .await?;
        Ok(moved.rows_affected() == 1)
    }

    /// Puts `next` in this schema's place; the schema that was here, if any, is left as `<name>_old`, and
    /// returned.
    ///
    /// # Errors
    /// The database's error.
    pub async fn replace_by(&self, tx: &mut Tx<'_>, next: &Self) -> Result<Self, sqlx::Error> {
        let (Self(live), Self(next)) = (self, next);
        let old = format!("{live}_old");
        tx.execute(format!("drop schema if exists {old} cascade").as_str()).await?;
        let (there,): (bool,) =
            sqlx::query_as("select to_regnamespace($1) is not null").bind(live).fetch_one(&mut **tx).await?;
        if there {
            tx.execute(format!("alter schema {live} rename to {old}").as_str()).await?;
        }
        tx.execute(format!("alter schema {next} rename to {live}").as_str()).await?;
        Ok(Self(old))
    }
}

/// Returns the projections whose live copy is missing or of an older version than these projectors': they
/// must be rebuilt before queries of this release find in them what they need.
///
/// # Errors
/// The database's error.
pub async fn outdated(
    pool: &PgPool,
    projectors: &[Arc<dyn Projector>],
) -> Result<Vec<&'static str>, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    let mut outdated = vec![];
    for projector in projectors {
        let state = Schema::live(&**projector).state(&mut connection).await?;
        if state.is_none_or(|(version, _)| version < projector.definition().version) {
            outdated.push(projector.name());
        }
    }
    Ok(outdated)
}

fn lock_name(schema: &str) -> String {
    format!("projection {schema}")
}
