//! What people have searched for, in their words, which are nowhere else.
//!
//! The words are written first ([`Searches::note`]), then the log is told of their id, then it is noted that it was
//! ([`Searches::settle`]). A search that is forgotten loses its words first, and then the log is told. So what the log
//! knows may be without words, which is as good as forgotten; and words that the log does not know, because whoever was
//! to tell it or to delete them died, are shown to nobody and swept. Who forgets a search in the moment in which they
//! search for the same again has forgotten it.

use super::VaultError;
use chrono::{DateTime, Utc};
use domain::search_history::SearchHistory;
use domain::value::{SearchHistoryId, SearchId, SearchText, UserId};
use event_log::event_store::{Executor, StoreError};
use projections::searches::key;
use sqlx::PgPool;
use std::time::Duration;
use uuid::Uuid;

/// No request takes so long: what is older is on its way no longer.
const ON_THE_WAY: Duration = Duration::from_secs(60 * 60);
/// People whose searches are swept at once; the others' the next time.
const SWEPT_AT_ONCE: i64 = 1_000;

/// Searches in words. Cheap to clone.
#[derive(Clone)]
pub struct Searches {
    pool: PgPool,
}

/// What was left on its way could not be swept; it is tried again.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// See [`VaultError`].
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The log can't be asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Searches {
    pub(super) fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Writes down what the person searches for; the id of the same words of theirs, if they are there.
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

    /// The log was told of a search of the person, and has these of theirs as of this version of them: words of others
    /// that it had before are forgotten.
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

    /// Forgets the words of a search, if it is the person's. Comes before the event.
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

    /// The log is about to be told to forget all of the person: if [`Searches::forget_all`] never comes, it is asked
    /// what became of it.
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

    /// The log was told so at this moment, and had these searches of the person then: the words of others from before
    /// are forgotten.
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

    /// Asks the log about words whose way to it was cut off, and forgets those that it does not know. Meant to run
    /// every few minutes, in any number of processes.
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
