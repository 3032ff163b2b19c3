//! Pasts: read models built up to some position, in a database of their own on the same server, so that every
//! query reads them as it reads the live ones.
//!
//! A past can be read when all of it is built. Forgetting a person drops all pasts, since they still have
//! what the log masks then.

use event_log::event_store::LogReader;
use futures::future::BoxFuture;
use projections::ports::{EventSource, SourceError};
use projections::rebuild::{RebuildError, SharedSource, rebuild};
use projections::{Position, Projector, RecordedEvent};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, Executor, PgConnection, PgPool};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// The longest name of a past, in bytes: a database's name, of which it is a part, has at most 63.
const NAME_MAX: usize = 30;
const PATIENCE: Duration = Duration::from_secs(5);

/// A set of read models as they were at a position.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Past {
    /// The past's name.
    pub name: String,
    /// The name of the past's database.
    pub database: String,
    /// The position of the last event that the read models have applied.
    pub position: Position,
}

/// The reason why a past was not made or found.
#[derive(Debug, thiserror::Error)]
pub enum PastError {
    /// The name is none that a database can have.
    #[error("a past's name has up to {NAME_MAX} small letters, digits and _, and begins with a letter")]
    Name,
    /// A past of this name is there already.
    #[error("there is a past called {0} already; --replace makes it anew")]
    IsThere(String),
    /// There is no past of this name.
    #[error("there is no past called {0}; `madang replay --list` names those there are")]
    IsNotThere(String),
    /// Another process is making the past of this name.
    #[error("another process is making the past called {0}")]
    Busy(String),
    /// The Postgres user of Madang may not make databases.
    #[error("Postgres lets this user make no databases; grant it: alter role … createdb")]
    NotAllowed,
    /// A person was forgotten meanwhile, and their texts may be in the past.
    #[error("someone was forgotten while this was made; make it again")]
    Forgotten,
    /// See [`RebuildError`].
    #[error(transparent)]
    Rebuild(#[from] RebuildError),
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

/// The function that is called now and then with a projection's name and the position that the projection
/// reached.
pub type OnProgress = Arc<dyn Fn(&'static str, Position) + Send + Sync>;

/// Builds the read models as the projectors would have built them by `position`.
///
/// # Errors
/// See [`PastError`]. Nobody can read a past that was only begun, and the next try begins anew.
pub async fn make(
    options: &PgConnectOptions,
    name: &str,
    position: Position,
    projectors: &[Arc<dyn Projector>],
    replace: bool,
    on_progress: OnProgress,
) -> Result<Past, PastError> {
    if !is_name(name) {
        return Err(PastError::Name);
    }
    let pool = PgPool::connect_with(options.clone()).await?;
    let mut lock = PgConnection::connect_with(options).await?;
    let (is_mine,): (bool,) = sqlx::query_as("select pg_try_advisory_lock(hashtext('madang past ' || $1))")
        .bind(name)
        .fetch_one(&mut lock)
        .await?;
    if !is_mine {
        return Err(PastError::Busy(name.to_owned()));
    }
    if find(&pool, name).await.is_ok() && !replace {
        return Err(PastError::IsThere(name.to_owned()));
    }
    let (here, head): (String, Position) =
        sqlx::query_as("select current_database()::text, head from log").fetch_one(&pool).await?;
    let database = format!("{here}__{name}");
    sqlx::query("delete from pasts where name = $1").bind(name).execute(&pool).await?;
    drop_database(&pool, &database).await?;
    pool.execute(format!("create database {}", quoted(&database)).as_str()).await.map_err(not_allowed)?;

    let beside = PgPoolOptions::new()
        .max_connections(3 * u32::try_from(projectors.len()).unwrap_or(8) + 1)
        .connect_with(options.clone().database(&database))
        .await?;
    let log = Until { log: LogReader::new(pool.clone()), position };
    let source = SharedSource::new(Arc::new(log));
    let mut building = JoinSet::new();
    for projector in projectors {
        let (projector, beside) = (projector.clone(), beside.clone());
        let (source, on_progress) = (source.share(), on_progress.clone());
        building.spawn(async move {
            let show = |position| on_progress(projector.name(), position);
            rebuild(&*projector, &beside, &source, &show).await
        });
    }
    while let Some(built) = building.join_next().await {
        // The first projection that fails ends the others.
        built.map_err(|panicked| PastError::Database(sqlx::Error::Io(panicked.into())))??;
    }
    beside.close().await;
    let mut tx = pool.begin().await?;
    // The lock keeps events from being appended until the past is registered: forgetting a person after that
    // drops the past.
    tx.execute("select head from log for update").await?;
    let (is_known,): (bool,) = sqlx::query_as(
        "select exists (select from events where position > $1 and event_type = 'PersonErased')",
    )
    .bind(head)
    .fetch_one(&mut *tx)
    .await?;
    if is_known {
        return Err(PastError::Forgotten);
    }
    sqlx::query("insert into pasts (name, database, position) values ($1, $2, $3)")
        .bind(name)
        .bind(&database)
        .bind(position)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(Past { name: name.to_owned(), database, position })
}

/// The past of this name.
///
/// # Errors
/// [`PastError::IsNotThere`], or the database's errors.
pub async fn find(pool: &PgPool, name: &str) -> Result<Past, PastError> {
    sqlx::query_as("select name, database, position from pasts where name = $1")
        .bind(name)
        .fetch_optional(pool)
        .await?
        .ok_or_else(|| PastError::IsNotThere(name.to_owned()))
}

/// All pasts, by name.
///
/// # Errors
/// The database's errors.
pub async fn all(pool: &PgPool) -> Result<Vec<Past>, sqlx::Error> {
    sqlx::query_as("select name, database, position from pasts order by name").fetch_all(pool).await
}

/// Drops a past; its readers are cut off.
///
/// # Errors
/// The database's errors.
pub async fn remove(pool: &PgPool, past: &Past) -> Result<(), sqlx::Error> {
    sqlx::query("delete from pasts where name = $1").bind(&past.name).execute(pool).await?;
    drop_database(pool, &past.database).await
}

/// The number of rows of a projection's table, in the live read models and in the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The table's name with its schema.
    pub table: String,
    /// The number of rows in the live read models; none where there is no such table.
    pub live: Option<i64>,
    /// The number of rows in the past.
    pub past: i64,
}

/// Compares a past with the live read models, table by table.
///
/// # Errors
/// The database's errors.
pub async fn compare(
    options: &PgConnectOptions,
    past: &Past,
    projectors: &[Arc<dyn Projector>],
) -> Result<Vec<Counted>, sqlx::Error> {
    let mut live = PgConnection::connect_with(options).await?;
    let mut beside = PgConnection::connect_with(&options.clone().database(&past.database)).await?;
    let schemas: Vec<&str> = projectors.iter().map(|projector| projector.name()).collect();
    let tables: Vec<(String,)> = sqlx::query_as(
        "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname = any($1)
         order by schemaname, tablename",
    )
    .bind(&schemas)
    .fetch_all(&mut beside)
    .await?;
    let mut counted = vec![];
    for (table,) in tables {
        let sql = format!("select count(*) from {table}");
        let past = sqlx::query_scalar(&sql).fetch_one(&mut beside).await?;
        let (there,): (bool,) =
            sqlx::query_as("select to_regclass($1) is not null").bind(&table).fetch_one(&mut live).await?;
        let live = if there { Some(sqlx::query_scalar(&sql).fetch_one(&mut live).await?) } else { None };
        counted.push(Counted { table, live, past });
    }
    Ok(counted)
}

fn is_name(name: &str) -> bool {
    name.len() <= NAME_MAX
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

async fn drop_database(pool: &PgPool, database: &str) -> Result<(), sqlx::Error> {
    pool.execute(format!("drop database if exists {} with (force)", quoted(database)).as_str()).await?;
    Ok(())
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn not_allowed(error: sqlx::Error) -> PastError {
    const INSUFFICIENT_PRIVILEGE: &str = "42501";
    match error.as_database_error().and_then(sqlx::error::DatabaseError::code) {
        Some(code) if code == INSUFFICIENT_PRIVILEGE => PastError::NotAllowed,
        _ => PastError::Database(error),
    }
}

/// The log as it was when the event at `position` was its newest.
struct Until {
    log: LogReader,
    position: Position,
}

impl EventSource for Until {
    fn read_after(
        &self,
        after: Position,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Arc<RecordedEvent>>, SourceError>> {
        let left = usize::try_from(self.position - after).unwrap_or(0);
        Box::pin(async move {
            match left {
                0 => Ok(vec![]),
                left => self.log.read_after(after, limit.min(left)).await,
            }
        })
    }

    fn invalidate(&self) {}

    fn wait_beyond(&self, _after: Position) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(PATIENCE))
    }
}
