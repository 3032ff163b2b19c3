//! How a node hears of what other nodes did in the vault: sessions that ended, keys that came or went.
//!
//! Postgres itself tells, in the transaction that does it. Because a broken connection tells nothing, the
//! tables are also read every other second.

use super::{Vault, VaultError, keys};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgListener;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tracing::warn;
use uuid::Uuid;

const CHANNEL: &str = "madang_vault";
const EVERY: Duration = Duration::from_secs(2);
/// Transactions become visible a while after the time they carry.
const SLACK_SECONDS: f64 = 30.0;

impl Vault {
    /// Learns what happened before this node began. To be done before it serves.
    ///
    /// # Errors
    /// The database's.
    pub async fn catch_up(&self) -> Result<(), VaultError> {
        self.read_since(self.long_ago()).await.map(|_| ())
    }

    /// No token that was given out before is good any more.
    fn long_ago(&self) -> DateTime<Utc> {
        let ttl = chrono::Duration::from_std(self.tokens.ttl()).unwrap_or(chrono::Duration::days(1));
        Utc::now() - ttl
    }

    /// Goes on learning until shutdown.
    pub async fn listen(self, shutdown: CancellationToken) {
        let mut listener = None;
        // What happened since this node caught up is in it, whatever its clock says.
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

    /// Reads what ended since then, and the keys. The database's time.
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
        // None at all means a restored or foreign database: what is known goes on until there are some.
        if !keys.is_empty() {
            self.tokens.set_keys(&keys);
        }
        Ok(())
    }
}
