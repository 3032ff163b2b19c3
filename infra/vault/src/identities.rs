//! Accounts at other services that open accounts here.

use super::VaultError;
use super::accounts::{self, EmailTaken, NewAccount};
use super::address::Email;
use crate::mail::{Letter, Outbox};
use chrono::{DateTime, Utc};
use domain::value::UserId;
use sqlx::{FromRow, PgConnection, PgPool};
use uuid::Uuid;

/// People's identities at other services. Cheap to clone.
#[derive(Clone)]
pub struct Identities {
    pool: PgPool,
    outbox: Outbox,
}

/// An account at another service.
#[derive(Clone, Copy)]
pub struct Identity<'a> {
    /// The service, by the name that it has in the settings.
    pub provider: &'a str,
    /// The id of the person's account at the service.
    pub subject: &'a str,
}

/// A linked identity as its owner sees it.
#[derive(Clone, Debug, FromRow)]
pub struct Linked {
    /// The service's name.
    pub provider: String,
    /// The time when the identity was linked.
    pub linked_at: DateTime<Utc>,
}

/// The reason why an identity was not linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkError {
    /// The identity opens another account.
    IdentityTaken,
    /// The account is opened by another identity of the same provider already.
    ProviderLinked,
    /// Another account has the e-mail address.
    EmailTaken,
}

/// The reason why an identity was not unlinked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnlinkError {
    /// The identity was not linked.
    NotFound,
    /// The person would have no way to log in any more.
    LastLogin,
}

impl From<EmailTaken> for LinkError {
    fn from(EmailTaken: EmailTaken) -> Self {
        Self::EmailTaken
    }
}

impl Identities {
    pub(super) fn new(pool: PgPool, outbox: Outbox) -> Self {
        Self { pool, outbox }
    }

    /// The person whose account the identity opens.
    ///
    /// # Errors
    /// The database's.
    pub async fn whose(&self, identity: Identity<'_>) -> Result<Option<UserId>, VaultError> {
        let user: Option<Uuid> = sqlx::query_scalar(include_str!("sql/whose_identity.sql"))
            .bind(identity.provider)
            .bind(identity.subject)
            .fetch_optional(&self.pool)
            .await?;
        Ok(user.map(UserId))
    }

    /// The person who has proved that this address is theirs. Rows of people who are still registering do not
    /// count.
    ///
    /// # Errors
    /// The database's.
    pub async fn owner_of(&self, email: &Email) -> Result<Option<UserId>, VaultError> {
        accounts::proved_by(&self.pool, email).await
    }

    /// Stores the row of a person who is about to register, and links the identity to it: both count from the
    /// event on, as with [`super::accounts::Accounts::insert_pending`]. Returns the row's person: the one of
    /// an earlier try, if there was one.
    ///
    /// # Errors
    /// The database's; within, why they can't register so.
    pub async fn insert_pending(
        &self,
        new: NewAccount<'_>,
        identity: Identity<'_>,
    ) -> Result<Result<UserId, LinkError>, VaultError> {
        if self.whose(identity).await?.is_some() {
            return Ok(Err(LinkError::IdentityTaken));
        }
        let mut tx = self.pool.begin().await?;
        let begun = holder(&mut tx, identity).await?;
        let user = begun.unwrap_or(new.user);
        if let Err(EmailTaken) = accounts::insert_pending(&mut tx, &NewAccount { user, ..new }).await? {
            return Ok(Err(LinkError::EmailTaken));
        }
        let inserted = insert(&mut tx, user, identity).await?;
        if inserted.is_ok() {
            tx.commit().await?;
        }
        Ok(inserted.map(|_| user))
    }

    /// Links the identity, so that it opens this account from now on, and tells the account's owner by mail.
    /// `label` is what people call the provider. A repeated call changes nothing.
    ///
    /// # Errors
    /// The database's; within, why the identity was not linked.
    pub async fn link(
        &self,
        user: UserId,
        identity: Identity<'_>,
        label: &str,
    ) -> Result<Result<(), LinkError>, VaultError> {
        let mut tx = self.pool.begin().await?;
        // People who were moved here from another service may have no row yet.
        sqlx::query(
            "insert into vault.accounts (user_id, state) values ($1, 'active')
             on conflict (user_id) do nothing",
        )
        .bind(user.0)
        .execute(&mut *tx)
        .await?;
        match insert(&mut tx, user, identity).await? {
            Err(refused) => return Ok(Err(refused)),
            Ok(false) => return Ok(Ok(())),
            Ok(true) => {}
        }
        if let Some((email, language)) = accounts::reach(&mut tx, user).await? {
            let letter = Letter::SocialLinked { provider: label.to_owned() };
            self.outbox.enqueue(&mut tx, &email, language, &letter).await?;
        }
        tx.commit().await?;
        self.outbox.poke();
        Ok(Ok(()))
    }

    /// The identities that open the person's account, the oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn of(&self, user: UserId) -> Result<Vec<Linked>, VaultError> {
        let linked = sqlx::query_as(
            "select provider, linked_at from vault.identities
             where user_id = $1 order by linked_at, provider",
        )
        .bind(user.0)
        .fetch_all(&self.pool)
        .await?;
        Ok(linked)
    }

    /// Unlinks the person's identity at the provider, so that it does not open the account any more.
    ///
    /// # Errors
    /// The database's; within, why the identity still opens the account.
    pub async fn unlink(&self, user: UserId, provider: &str) -> Result<Result<(), UnlinkError>, VaultError> {
        let mut tx = self.pool.begin().await?;
        // The lock lets one identity be unlinked at a time: two at once would leave no way to log in.
        let has_password = accounts::lock(&mut tx, user).await?.is_some();
        let linked: Vec<String> =
            sqlx::query_scalar("select provider from vault.identities where user_id = $1")
                .bind(user.0)
                .fetch_all(&mut *tx)
                .await?;
        if !linked.iter().any(|name| name == provider) {
            return Ok(Err(UnlinkError::NotFound));
        }
        if linked.len() == 1 && !has_password {
            return Ok(Err(UnlinkError::LastLogin));
        }
        sqlx::query("delete from vault.identities where user_id = $1 and provider = $2")
            .bind(user.0)
            .bind(provider)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(Ok(()))
    }
}

/// Links the identity; false if it was linked to the same account before.
async fn insert(
    connection: &mut PgConnection,
    user: UserId,
    identity: Identity<'_>,
) -> Result<Result<bool, LinkError>, VaultError> {
    let inserted = sqlx::query(
        "insert into vault.identities (provider, subject, user_id) values ($1, $2, $3)
         on conflict do nothing",
    )
    .bind(identity.provider)
    .bind(identity.subject)
    .bind(user.0)
    .execute(&mut *connection)
    .await?;
    if inserted.rows_affected() > 0 {
        return Ok(Ok(true));
    }
    Ok(match holder(connection, identity).await? {
        Some(holder) if holder == user => Ok(false),
        Some(_) => Err(LinkError::IdentityTaken),
        None => Err(LinkError::ProviderLinked),
    })
}

/// The person to whom the identity is linked, whether their row counts or is pending.
async fn holder(connection: &mut PgConnection, identity: Identity<'_>) -> Result<Option<UserId>, VaultError> {
    let user: Option<Uuid> =
        sqlx::query_scalar("select user_id from vault.identities where provider = $1 and subject = $2")
            .bind(identity.provider)
            .bind(identity.subject)
            .fetch_optional(connection)
            .await?;
    Ok(user.map(UserId))
}
