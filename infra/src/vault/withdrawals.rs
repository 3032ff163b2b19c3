//! Leaving: at once, and undone by a mailed link for thirty days.
//!
//! The row comes first, as pending, and counts from the event that hides the person; a sweep completes those
//! whose event is there and forgets those whose never came.

use super::VaultError;
use super::accounts;
use super::links::{self, Purpose};
use super::sessions::{self, Sessions};
use crate::mail::{Letter, Outbox};
use domain::value::UserId;
use sqlx::PgPool;
use uuid::Uuid;

/// People who have left and may come back. Cheap to clone.
#[derive(Clone)]
pub struct Withdrawals {
    pool: PgPool,
    sessions: Sessions,
    outbox: Outbox,
}

impl Withdrawals {
    pub(super) fn new(pool: PgPool, sessions: Sessions, outbox: Outbox) -> Self {
        Self { pool, sessions, outbox }
    }

    /// The person is about to leave; to be followed by the event and by [`Withdrawals::complete`].
    ///
    /// # Errors
    /// The database's.
    pub async fn begin(&self, user: UserId) -> Result<(), VaultError> {
        sqlx::query(
            "insert into vault.withdrawals (user_id) values ($1)
             on conflict (user_id) do update set state = 'pending', withdrawn_at = clock_timestamp()",
        )
        .bind(user.0)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The person has left: their sessions end, and a link back is sent to them. `link` is the address of the
    /// page that takes what the link carries.
    ///
    /// # Errors
    /// The database's; the sweep makes up for it.
    pub async fn complete(&self, user: UserId, link: impl FnOnce(&str) -> String) -> Result<(), VaultError> {
        let mut tx = self.pool.begin().await?;
        let completed = sqlx::query(
            "update vault.withdrawals set state = 'active' where user_id = $1 and state = 'pending'",
        )
        .bind(user.0)
        .execute(&mut *tx)
        .await?;
        if completed.rows_affected() == 0 {
            return Ok(());
        }
        links::forget(&mut tx, Purpose::PasswordReset, user).await?;
        let token = links::issue(&mut tx, Purpose::ComeBack, user).await?;
        if let Some((email, language)) = accounts::reach(&mut tx, user).await? {
            let letter = Letter::Withdrawn { link: link(&token) };
            self.outbox.enqueue(&mut *tx, &email, language, &letter).await?;
        }
        let ended = sessions::end_all(&mut tx, user, None).await?;
        tx.commit().await?;
        self.outbox.poke();
        self.sessions.forget(&ended);
        Ok(())
    }

    /// Who may come back by this link. It stays good until [`Withdrawals::undone`], so that a repeat after a
    /// fall completes it.
    ///
    /// # Errors
    /// The database's.
    pub async fn whose(&self, token: &str) -> Result<Option<UserId>, VaultError> {
        let mut connection = self.pool.acquire().await?;
        links::whose(&mut connection, Purpose::ComeBack, token).await
    }

    /// The person is back: the link is worth nothing any more.
    ///
    /// # Errors
    /// The database's.
    pub async fn undone(&self, user: UserId) -> Result<(), VaultError> {
        let mut tx = self.pool.begin().await?;
        links::forget(&mut tx, Purpose::ComeBack, user).await?;
        sqlx::query("delete from vault.withdrawals where user_id = $1")
            .bind(user.0)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Completes what was begun and whose event is there, and forgets what never came to be.
    pub(super) async fn sweep(&self, link: &impl Fn(&str) -> String) -> Result<(), VaultError> {
        let begun: Vec<(Uuid, bool)> =
            sqlx::query_as(include_str!("sql/begun_withdrawals.sql")).fetch_all(&self.pool).await?;
        for (user, has_left) in begun {
            match has_left {
                true => self.complete(UserId(user), link).await?,
                false => self.undone(UserId(user)).await?,
            }
        }
        Ok(())
    }
}
