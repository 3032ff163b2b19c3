//! People's searches: the words, which are stored nowhere else.
//!
//! The words are written first ([`Searches::note`]), then the log is told of the search's id, then the row
//! notes that the log knows the id ([`Searches::settle`]). When a search is forgotten, its words go first,
//! and then the log is told. So the log may know a search without words, which is as good as forgotten; and
//! words that the log does not know, because the process died that was to tell it or to delete them, are
//! shown to nobody and swept. A person who forgets a search in the same moment in which they search for the
//! same words again has forgotten it.

use super::VaultError;
use chrono::{DateTime, Utc};
use domain::search_history::SearchHistory;
use domain::value::{SearchHistoryId, SearchId, SearchText, UserId};
use event_log::event_store::{Executor, StoreError};
use projections::searches::key;
use sqlx::PgPool;
use std::time::Duration;
use uuid::Uuid;

/// The longest time that a search may be on its way to the log: no request takes so long.
const ON_THE_WAY: Duration = Duration::from_secs(60 * 60);
/// The most people whose searches one sweep looks at; the next sweep looks at the others.
const SWEPT_AT_ONCE: i64 = 1_000;

/// The words of people's searches. Cheap to clone.
#[derive(Clone)]
pub struct Searches {
    pool: PgPool,
}

/// The reason why a sweep failed; the next sweep tries again.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// See [`VaultError`].
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The log can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Searches {
    pub(super) fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Stores the words that the person searches for. Returns the search's id: the stored one, if the person
    /// has searched for the same words before.
    ///
    /// # Errors
    /// The database's.
    pub async fn note(&self, user: UserId, text: &SearchText) -> Result<SearchId, VaultError> {
        let id: Uuid = sqlx::query_scalar(include_str!("sql/note_search.sql"))
            .bind(Uuid::new_v4())
            .bind(user.0)
            .bind(text.as_str())
            .bind(key(text.as_str()))
            .fetch_one(&self.pool)
            .await?;
        Ok(SearchId(id))
    }

    /// Notes that the log was told of a search of the person. `known` are the person's searches in the log as
    /// of `version`: words of other searches that the log had before are forgotten.
    ///
    /// # Errors
    /// The database's.
    pub async fn settle(
        &self,
        user: UserId,
        search: SearchId,
        known: &[SearchId],
        version: i64,
    ) -> Result<(), VaultError> {
        sqlx::query(include_str!("sql/settle_search.sql"))
            .bind(user.0)
            .bind(uuids(known))
            .bind(version)
            .bind(search.0)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Forgets the words of a search, if the search is the person's. To be called before the event is
    /// appended.
    ///
    /// # Errors
    /// The database's.
    pub async fn forget(&self, user: UserId, search: SearchId) -> Result<(), VaultError> {
        sqlx::query("delete from vault.searches where user_id = $1 and search_id = $2")
            .bind(user.0)
            .bind(search.0)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Notes that the log is about to be told to forget all searches of the person: if
    /// [`Searches::forget_all`] never comes, the sweep asks the log which searches are left.
    ///
    /// # Errors
    /// The database's.
    pub async fn will_forget_all(&self, user: UserId) -> Result<(), VaultError> {
        sqlx::query("update vault.searches set version = null where user_id = $1 and version is not null")
            .bind(user.0)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Notes that the log was told at the time `at` to forget all searches of the person, and had the
    /// searches `known` then: the words of other searches from before are forgotten.
    ///
    /// # Errors
    /// The database's.
    pub async fn forget_all(
        &self,
        user: UserId,
        known: &[SearchId],
        at: DateTime<Utc>,
    ) -> Result<(), VaultError> {
        sqlx::query(
            "delete from vault.searches where user_id = $1 and search_id <> all($2) and noted_at <= $3",
        )
        .bind(user.0)
        .bind(uuids(known))
        .bind(at)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Asks the log about words whose way to the log was cut off, and forgets the words that the log does not
    /// know. Meant to run every few minutes, in any number of processes.
    ///
    /// # Errors
    /// See [`SweepError`].
    pub async fn sweep(&self, executor: &Executor) -> Result<(), SweepError> {
        for user in self.cut_off().await.map_err(VaultError::from)? {
            let history = executor.load::<SearchHistory>(SearchHistoryId::of(user).0).await?;
            sqlx::query(include_str!("sql/sweep_searches.sql"))
                .bind(user.0)
                .bind(uuids(&history.state.searches))
                .bind(history.version)
                .bind(ON_THE_WAY.as_secs_f64())
                .execute(&self.pool)
                .await
                .map_err(VaultError::from)?;
        }
        Ok(())
    }

    async fn cut_off(&self) -> Result<Vec<UserId>, sqlx::Error> {
        let users: Vec<Uuid> = sqlx::query_scalar(
            "select distinct user_id from vault.searches
             where version is null and noted_at < clock_timestamp() - make_interval(secs => $1)
             limit $2",
        )
        .bind(ON_THE_WAY.as_secs_f64())
        .bind(SWEPT_AT_ONCE)
        .fetch_all(&self.pool)
        .await?;
        Ok(users.into_iter().map(UserId).collect())
    }
}

fn uuids(searches: &[SearchId]) -> Vec<Uuid> {
    searches.iter().map(|search| search.0).collect()
}
