//! The event log without HTTP, for tests of what can't be seen through HTTP.

use domain::user::UserCommand;
use domain::value::{Bio, DisplayName, Handle, UserId};
use event_log::event_store::{Appender, Envelope, Executor, IdempotencyKey, migrate};
use serde_json::Value;
use sqlx::postgres::PgPoolOptions;
use sqlx::{PgPool, Postgres, Transaction};
use uuid::Uuid;

/// A migrated, empty log and an executor on it.
pub struct Log {
    pub url: String,
    pub pool: PgPool,
    pub executor: Executor,
}

impl Log {
    pub async fn new() -> Self {
        let (url, _) = super::database().await;
        Self::on(url).await
    }

    /// The log of a database that another log of a test may use, too.
    pub async fn on(url: String) -> Self {
        let pool = PgPoolOptions::new().max_connections(8).connect(&url).await.expect("the database");
        migrate(&pool).await.expect("migrations apply");
        history::analytics::keep_up(&pool).await;
        let executor = executor(&url).await;
        Self { url, pool, executor }
    }

    /// An executor with connections of its own, as another process has.
    pub async fn another_executor(&self) -> Executor {
        executor(&self.url).await
    }

    /// Every position of the log in order.
    pub async fn positions(&self) -> Vec<i64> {
        let rows: Vec<(i64,)> = sqlx::query_as("select position from events order by position")
            .fetch_all(&self.pool)
            .await
            .expect("the log reads");
        rows.into_iter().map(|(position,)| position).collect()
    }

    pub async fn head(&self) -> i64 {
        let (head,) = sqlx::query_as("select head from log").fetch_one(&self.pool).await.expect("a head");
        head
    }
}

/// Stores an event of a post as another build would, through the log's own SQL function; returns the event's
/// position.
pub async fn store(
    pool: &PgPool,
    post: &str,
    sequence: i64,
    (event_type, version): (&str, &str),
    payload: Value,
) -> i64 {
    let stored: (String, i64) = sqlx::query_as(
        "select outcome, position from append_events(array['c'], array['post'], array[$1],
            array[$2]::bigint[], array[null]::text[], array[null]::text[], array[null]::bytea[],
            array[0]::bigint[], array[1], array[$3], array[$5], array[$4]::jsonb[],
            array['{}']::jsonb[], '{}', '{}', '{}', '{}')",
    )
    .bind(post)
    .bind(sequence - 1)
    .bind(event_type)
    .bind(payload)
    .bind(version)
    .fetch_one(pool)
    .await
    .expect("answered");
    assert_eq!(stored.0, "stored");
    stored.1
}

/// A transaction that is in the middle of a batch of the read model of posts until it ends: a swap waits for
/// it.
pub async fn batch_of_posts(pool: &PgPool) -> Transaction<'static, Postgres> {
    let mut batch = pool.begin().await.expect("a transaction");
    sqlx::query("select pg_advisory_xact_lock_shared(hashtextextended('projection posts', 0))")
        .execute(&mut *batch)
        .await
        .expect("locked");
    batch
}

async fn executor(url: &str) -> Executor {
    let (appender, handle) = Appender::new(&url.parse().expect("a URL"));
    tokio::spawn(appender.run());
    let pool = PgPoolOptions::new().max_connections(4).connect(url).await;
    Executor::new(pool.expect("the database"), handle)
}

pub fn register(handle: &str) -> UserCommand {
    UserCommand::Register {
        handle: Handle::parse(handle).expect("a handle"),
        display_name: DisplayName::parse("누구").expect("a name"),
        bio: Bio::parse("").expect("a bio"),
    }
}

pub fn envelope(actor: Option<UserId>) -> Envelope {
    Envelope::plain(actor, false, Uuid::now_v7())
}

pub fn keyed(actor: Option<UserId>, key: &str, request: u8) -> Envelope {
    let key = IdempotencyKey { key: key.to_owned(), request_hash: [request; 32] };
    Envelope { key: Some(key), ..envelope(actor) }
}
