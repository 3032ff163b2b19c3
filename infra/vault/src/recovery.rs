//! Changes of passwords, for a person who knows the old password or reads the mail to their address.

use super::VaultError;
use super::accounts::{self, PasswordHash};
use super::address::Email;
use super::links::{self, Purpose};
use super::passwords::Passwords;
use super::sessions::{self, Sessions};
use super::withdrawals::Withdrawals;
use crate::mail::{Letter, Outbox};
use domain::value::UserId;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// Changes of passwords. Cheap to clone.
#[derive(Clone)]
pub struct Recovery {
    pool: PgPool,
    passwords: Passwords,
    sessions: Sessions,
    withdrawals: Withdrawals,
    outbox: Outbox,
}

impl Recovery {
    pub(super) fn new(
        pool: PgPool,
        passwords: Passwords,
        sessions: Sessions,
        withdrawals: Withdrawals,
        outbox: Outbox,
    ) -> Self {
        Self { pool, passwords, sessions, withdrawals, outbox }
    }

    /// Sends a link to the address, if an account has it. A person who has left gets a link that brings them
    /// back, without which no password is of use. `link` and `come_back` turn the link's token into the
    /// address of the page that takes the token.
    ///
    /// # Errors
    /// The database's.
    pub async fn ask(
        &self,
        email: &Email,
        link: impl FnOnce(&str) -> String,
        come_back: impl FnOnce(&str) -> String,
    ) -> Result<(), VaultError> {
        let mut tx = self.pool.begin().await?;
        let Some(user) = accounts::proved_by(&mut *tx, email).await? else { return Ok(()) };
        if self.withdrawals.remind(&mut tx, user, come_back).await? {
            tx.commit().await?;
            self.outbox.poke();
            return Ok(());
        }
        let token = links::issue(&mut tx, Purpose::PasswordReset, user).await?;
        // The letter goes to the stored address: the typed one may differ in ways that matter to mail
        // servers.
        if let Some((email, language)) = accounts::reach(&mut tx, user).await? {
            let letter = Letter::PasswordReset { link: link(&token) };
            self.outbox.enqueue(&mut tx, &email, language, &letter).await?;
        }
        tx.commit().await?;
        self.outbox.poke();
        Ok(())
    }

    /// Sets a new password for the person who has the link, and tells them by mail. All their sessions end.
    /// False if the link is no good.
    ///
    /// # Errors
    /// Overload, or the database's.
    pub async fn reset(&self, token: &str, password: &str) -> Result<bool, VaultError> {
        let mut connection = self.pool.acquire().await?;
        let Some(user) = links::whose(&mut connection, Purpose::PasswordReset, token).await? else {
            return Ok(false);
        };
        drop(connection);
        // The hash may have to wait for others, so nothing is locked meanwhile.
        let hash = self.passwords.hash(password).await?;
        let mut tx = self.pool.begin().await?;
        accounts::lock(&mut tx, user).await?;
        if links::take(&mut tx, Purpose::PasswordReset, token).await?.is_none() {
            return Ok(false);
        }
        let ended = self.set(&mut tx, user, &hash, None).await?;
        tx.commit().await?;
        self.outbox.poke();
        self.sessions.end_tokens(&ended);
        Ok(true)
    }

    /// Sets a new password for a person who has just shown that they know the one so far, and tells them by
    /// mail. All their sessions end but this one. False if the password was changed in between: by its owner,
    /// perhaps, against somebody else who knows the old one.
    ///
    /// # Errors
    /// Overload, or the database's.
    pub async fn change(
        &self,
        user: UserId,
        session: Uuid,
        known: Option<&PasswordHash>,
        password: &str,
    ) -> Result<bool, VaultError> {
        let hash = self.passwords.hash(password).await?;
        let mut tx = self.pool.begin().await?;
        let stored = accounts::lock(&mut tx, user).await?;
        if stored.map(|hash| hash.0).as_ref() != known.map(|hash| &hash.0) {
            return Ok(false);
        }
        let ended = self.set(&mut tx, user, &hash, Some(session)).await?;
        tx.commit().await?;
        self.outbox.poke();
        self.sessions.end_tokens(&ended);
        Ok(true)
    }

    async fn set(
        &self,
        connection: &mut PgConnection,
        user: UserId,
        hash: &str,
        but: Option<Uuid>,
    ) -> Result<Vec<Uuid>, VaultError> {
        sqlx::query("update vault.accounts set password_hash = $2 where user_id = $1")
            .bind(user.0)
            .bind(hash)
            .execute(&mut *connection)
            .await?;
        // A link that is still on its way must not undo this change.
        links::revoke(&mut *connection, Purpose::PasswordReset, user).await?;
        if let Some((email, language)) = accounts::reach(&mut *connection, user).await? {
            self.outbox.enqueue(&mut *connection, &email, language, &Letter::PasswordChanged).await?;
        }
        sessions::end_all(connection, user, but).await
    }
}
