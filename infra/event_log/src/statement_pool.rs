//! Connections for single statements: appends and queries.
//!
//! sqlx's own pool pings each connection that comes back
//! (<https://docs.rs/sqlx-core/0.8.6/src/sqlx_core/pool/connection.rs.html>): a second round trip for every
//! statement, which never ends where the server does not answer any more
//! (<https://github.com/transact-rs/sqlx/pull/4363>). Here a connection that answered is taken back without a
//! ping, and one that did not answer, or whose caller left before it could, is closed.

use deadpool::Runtime;
use deadpool::managed::{Manager, Metrics, Object, Pool, PoolError, RecycleError, RecycleResult, Timeouts};
use futures::TryFutureExt;
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};
use sqlx::postgres::{PgConnectOptions, PgQueryResult, PgRow, PgStatement, PgTypeInfo};
use sqlx::{Connection, Describe, Either, Execute, Executor, PgConnection, Postgres};
use std::time::Duration;

/// The time for which a used connection needs no ping: Postgres takes longer than this to restart.
pub const FRESH: Duration = Duration::from_millis(100);
/// The longest time that a connection may take to answer a ping.
pub const PING: Duration = Duration::from_secs(1);
/// The longest time that a statement waits for a connection, and that making a connection may take.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// A pool that runs each statement on a connection of its own. Cheap to clone.
#[derive(Clone, Debug)]
pub struct StatementPool {
    connections: Pool<Connector>,
}

#[derive(Debug)]
struct Connector {
    options: PgConnectOptions,
}

impl Manager for Connector {
    type Type = PgConnection;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<PgConnection, sqlx::Error> {
        PgConnection::connect_with(&self.options).await
    }

    async fn recycle(&self, connection: &mut PgConnection, metrics: &Metrics) -> RecycleResult<sqlx::Error> {
        if metrics.last_used() < FRESH {
            return Ok(());
        }
        connection.ping().await.map_err(RecycleError::Backend)
    }
}

impl StatementPool {
    /// Makes a pool of at most `most` connections; each is made when it is needed.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    #[must_use]
    pub fn new(options: PgConnectOptions, most: u32) -> Self {
        let timeouts = Timeouts { wait: Some(PATIENCE), create: Some(PATIENCE), recycle: Some(PING) };
        let connections = Pool::builder(Connector { options })
            .max_size(usize::try_from(most).unwrap_or(usize::MAX))
            .timeouts(timeouts)
            .runtime(Runtime::Tokio1)
            .build()
            .expect("its runtime is named");
        Self { connections }
    }

    async fn lend(&self) -> Result<Lent, sqlx::Error> {
        match self.connections.get().await {
            Ok(connection) => Ok(Lent(Some(connection))),
            Err(PoolError::Backend(error)) => Err(error),
            Err(PoolError::Closed) => Err(sqlx::Error::PoolClosed),
            Err(PoolError::Timeout(_) | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_)) => {
                Err(sqlx::Error::PoolTimedOut)
            }
        }
    }
}

/// A connection that is closed unless it is given back.
struct Lent(Option<Object<Connector>>);

impl Lent {
    fn connection(&mut self) -> &mut PgConnection {
        self.0.as_mut().expect("it is given back at the end")
    }

    fn give_back(mut self) {
        self.0 = None;
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(Object::take(connection));
        }
    }
}

impl<'p> Executor<'p> for &StatementPool {
    type Database = Postgres;

    /// Reads all rows before the stream gives the first.
    fn fetch_many<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxStream<'e, Result<Either<PgQueryResult, PgRow>, sqlx::Error>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let pool = self.clone();
        let reading = async move {
            let mut lent = pool.lend().await?;
            let rows: Vec<_> = lent.connection().fetch_many(query).try_collect().await?;
            lent.give_back();
            Ok(stream::iter(rows).map(Ok))
        };
        reading.try_flatten_stream().boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<PgRow>, sqlx::Error>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let pool = self.clone();
        Box::pin(async move {
            let mut lent = pool.lend().await?;
            let row = lent.connection().fetch_optional(query).await?;
            lent.give_back();
            Ok(row)
        })
    }

    fn prepare_with<'e, 'q: 'e>(
        self,
        sql: &'q str,
        parameters: &'e [PgTypeInfo],
    ) -> BoxFuture<'e, Result<PgStatement<'q>, sqlx::Error>>
    where
        'p: 'e,
    {
        let pool = self.clone();
        Box::pin(async move {
            let mut lent = pool.lend().await?;
            let statement = lent.connection().prepare_with(sql, parameters).await?;
            lent.give_back();
            Ok(statement)
        })
    }

    fn describe<'e, 'q: 'e>(self, sql: &'q str) -> BoxFuture<'e, Result<Describe<Postgres>, sqlx::Error>>
    where
        'p: 'e,
    {
        let pool = self.clone();
        Box::pin(async move {
            let mut lent = pool.lend().await?;
            let described = lent.connection().describe(sql).await?;
            lent.give_back();
            Ok(described)
        })
    }
}
