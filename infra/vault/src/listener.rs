//! The listener, by which a node hears of changes that other nodes made in the vault: sessions that ended,
//! keys that came or went.
//!
//! Postgres itself sends a notification, in the transaction that makes the change. Because a broken
//! connection brings no notifications, the tables are also read every other second.

use super::{Vault, VaultError, keys};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgListener;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tracing::warn;
use uuid::Uuid;

const CHANNEL: &str = "madang_vault";
const EVERY: Duration = Duration::from_secs(2);
/// The time by which the listener reads further back, in seconds: a transaction becomes visible a while after
/// the time that it carries.
const SLACK_SECONDS: f64 = 30.0;

impl Vault {
    /// Reads the changes from before this node began. To be done before the node serves.
    ///
    /// # Errors
    /// The database's.
    pub async fn catch_up(&self) -> Result<(), VaultError> {
        self.read_since(self.long_ago()).await.map(|_| ())
    }

    /// The time before which no token was given out that is still good.
    fn long_ago(&self) -> DateTime<Utc> {
        let ttl = chrono::Duration::from_std(self.tokens.ttl()).unwrap_or(chrono::Duration::days(1));
        Utc::now() - ttl
    }

    /// Hears of changes until shutdown.
    pub async fn listen(self, shutdown: CancellationToken) {
        let mut listener = None;
        // The first read covers all changes since this node caught up, however wrong the node's clock is.
        let mut since = self.long_ago();
        let mut often = tokio::time::interval(EVERY);
        often.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let told = async {
                match &mut listener {
                    Some(listener) => PgListener::recv(listener).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                told = told => match told {
                    Ok(told) => self.told(told.payload()).await,
                    Err(_) => listener = None,
                },
                _ = often.tick() => {
                    if listener.is_none() {
                        listener = self.listener().await;
                    }
                    match self.read_since(since).await {
                        Ok(now) => since = now,
                        Err(failure) => warn!(%failure, "what other nodes did in the vault is not known"),
                    }
                }
                () = shutdown.cancelled() => return,
            }
        }
    }

    async fn listener(&self) -> Option<PgListener> {
        let mut listener = PgListener::connect_with(&self.pool).await.ok()?;
        listener.listen(CHANNEL).await.ok()?;
        Some(listener)
    }

    async fn told(&self, what: &str) {
        match what.split_once(' ') {
            Some(("session", id)) => {
                if let Ok(id) = id.parse() {
                    self.tokens.end(id);
                }
            }
            _ => {
                if let Err(failure) = self.read_keys().await {
                    warn!(%failure, "the signing keys can't be read");
                }
            }
        }
    }

    /// Reads the sessions that ended since `since`, and the keys. Returns the database's time.
    async fn read_since(&self, since: DateTime<Utc>) -> Result<DateTime<Utc>, VaultError> {
        let (now,): (DateTime<Utc>,) =
            sqlx::query_as("select clock_timestamp()").fetch_one(&self.pool).await?;
        let ended: Vec<Uuid> = sqlx::query_scalar(
            "select id from vault.sessions where ended_at > $1 - make_interval(secs => $2)",
        )
        .bind(since)
        .bind(SLACK_SECONDS)
        .fetch_all(&self.pool)
        .await?;
        self.sessions.end_tokens(&ended);
        self.read_keys().await?;
        Ok(now)
    }

    async fn read_keys(&self) -> Result<(), VaultError> {
        let keys = keys::token_keys(&self.pool).await?;
        // A table without keys belongs to a restored or foreign database: the known keys stay until the table
        // has some.
        if !keys.is_empty() {
            self.tokens.set_keys(&keys);
        }
        Ok(())
    }
}
