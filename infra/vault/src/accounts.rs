//! The rows behind people: their addresses, their passwords, and the details that only they shall know.

use super::VaultError;
use super::address::Email;
use super::passwords::Passwords;
use crate::mail::Language;
use domain::value::UserId;
use sqlx::{FromRow, PgConnection, PgExecutor, PgPool};

/// People's rows. Cheap to clone.
#[derive(Clone)]
pub struct Accounts {
    pool: PgPool,
    passwords: Passwords,
}

/// The row of a person who is about to register.
#[derive(Debug)]
pub struct NewAccount<'a> {
    /// The id that the person will have.
    pub user: UserId,
    /// The person's address, proved to be theirs.
    pub email: Option<&'a Email>,
    /// The password's hash, from [`Accounts::hash`].
    pub password: Option<&'a PasswordHash>,
    /// The language of letters to the person.
    pub language: Language,
}

/// A password as the vault stores it: hashed. The debug output does not show the hash.
#[derive(Clone)]
pub struct PasswordHash(pub(super) String);

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// The refusal of an address that another account has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this e-mail address belongs to another account")]
pub struct EmailTaken;

/// The person's details, which only the person themself is shown.
#[derive(Clone, FromRow)]
pub struct Details {
    /// The e-mail address as the person wrote it.
    pub email: Option<String>,
    /// The phone number in international form; proved to be the person's.
    pub phone: Option<String>,
    /// The language of letters to the person: `ko` or `en`.
    pub language: String,
    /// True if the person can log in with a password.
    pub has_password: bool,
    /// The year of birth, of the common era.
    pub birth_year: Option<i16>,
    /// The region, as free text.
    pub region: Option<String>,
    /// The interests: free words, in the person's order.
    pub interests: Vec<String>,
}

/// A person's changes to their details; a field that is `None` stays as it is, `Some(None)` removes it.
#[derive(Clone, Default)]
#[allow(clippy::option_option)]
pub struct ChangeDetails {
    /// The new language of letters to the person.
    pub language: Option<Language>,
    /// The new year of birth, of the common era.
    pub birth_year: Option<Option<i16>>,
    /// The new region, as free text.
    pub region: Option<Option<String>>,
    /// The new interests: free words, in the person's order.
    pub interests: Option<Vec<String>>,
}

impl Accounts {
    pub(super) fn new(pool: PgPool, passwords: Passwords) -> Self {
        Self { pool, passwords }
    }

    /// Hashes a password, as soon as other passwords leave a core free.
    ///
    /// # Errors
    /// Overload.
    pub async fn hash(&self, password: &str) -> Result<PasswordHash, VaultError> {
        self.passwords.hash(password).await.map(PasswordHash)
    }

    /// Stores the row of a person who is about to register, as pending until [`Accounts::activate`]. Changes
    /// nothing for a person who is registered already: a repeated registration must not change anyone's
    /// password.
    ///
    /// # Errors
    /// The database's; within, [`EmailTaken`].
    pub async fn insert_pending(&self, new: NewAccount<'_>) -> Result<Result<(), EmailTaken>, VaultError> {
        insert_pending(&mut *self.pool.acquire().await?, &new).await
    }

    /// Activates the row of a person who is registered now: the row counts from now on.
    ///
    /// # Errors
    /// The database's; the sweep makes up for it.
    pub async fn activate(&self, user: UserId) -> Result<(), VaultError> {
        sqlx::query("update vault.accounts set state = 'active' where user_id = $1 and state = 'pending'")
            .bind(user.0)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Deletes the row of a person who was not registered: the address is free again.
    ///
    /// # Errors
    /// The database's; the sweep makes up for it.
    pub async fn delete_pending(&self, user: UserId) -> Result<(), VaultError> {
        sqlx::query(
            "delete from vault.accounts where user_id = $1 and state = 'pending' and not exists (
                select 1 from public.events
                where aggregate_type = 'user' and aggregate_id = ($1::uuid)::text
             )",
        )
        .bind(user.0)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The person who has this address.
    ///
    /// # Errors
    /// The database's.
    pub async fn of_email(&self, email: &Email) -> Result<Option<UserId>, VaultError> {
        let user: Option<uuid::Uuid> = sqlx::query_scalar(
            "select user_id from vault.accounts where email_key = any($1)
             order by array_position($1, email_key) limit 1",
        )
        .bind(email.keys())
        .fetch_optional(&self.pool)
        .await?;
        Ok(user.map(UserId))
    }

    /// The stored hash of the person's password, if `password` is the password. The answer holds only while
    /// the stored hash is still the same. A check takes equally long for every person, for a person without a
    /// password, and for nobody (`None`): its time does not tell who is registered.
    ///
    /// # Errors
    /// Overload, or the database's.
    pub async fn check_password(
        &self,
        user: Option<UserId>,
        password: &str,
    ) -> Result<Option<PasswordHash>, VaultError> {
        let id = user.map_or(uuid::Uuid::nil(), |user| user.0);
        let found: Option<Option<String>> = sqlx::query_scalar(include_str!("sql/password_hash.sql"))
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        let stored = found.flatten();
        let matches = self.passwords.check(stored.clone(), password).await?;
        Ok(stored.filter(|_| matches).map(PasswordHash))
    }

    /// The person's details, which only the person themself is shown.
    ///
    /// # Errors
    /// The database's.
    pub async fn details(&self, user: UserId) -> Result<Details, VaultError> {
        let found = sqlx::query_as(
            "select email, phone, language, password_hash is not null as has_password, birth_year, region,
                interests
             from vault.accounts where user_id = $1",
        )
        .bind(user.0)
        .fetch_optional(&self.pool)
        .await?;
        Ok(found.unwrap_or_else(Details::none))
    }

    /// Changes some of the person's details. A person whose row was never made gets one.
    ///
    /// # Errors
    /// The database's.
    pub async fn change_details(&self, user: UserId, change: &ChangeDetails) -> Result<(), VaultError> {
        let ChangeDetails { language, birth_year, region, interests } = change;
        sqlx::query(
            "insert into vault.accounts as a (user_id, state, language, birth_year, region, interests)
             values ($1, 'active', coalesce($2, 'ko'), $4, $6, coalesce($7, '{}'))
             on conflict (user_id) do update set
                language = coalesce($2, a.language),
                birth_year = case when $3 then $4 else a.birth_year end,
                region = case when $5 then $6 else a.region end,
                interests = coalesce($7, a.interests)",
        )
        .bind(user.0)
        .bind(language.map(|language| language.to_string()))
        .bind(birth_year.is_some())
        .bind(birth_year.flatten())
        .bind(region.is_some())
        .bind(region.as_ref().and_then(Option::as_deref))
        .bind(interests.as_deref())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    pub(super) async fn sweep(&self) -> Result<(), VaultError> {
        sqlx::query(include_str!("sql/sweep_registered.sql")).execute(&self.pool).await?;
        // The grace of an hour covers any command that is still under way.
        sqlx::query(
            "delete from vault.accounts
             where state = 'pending' and created_at < clock_timestamp() - interval '1 hour'",
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

impl Details {
    fn none() -> Self {
        Self {
            email: None,
            phone: None,
            language: Language::Korean.to_string(),
            has_password: false,
            birth_year: None,
            region: None,
            interests: vec![],
        }
    }
}

/// Stores a pending row as [`Accounts::insert_pending`] does, within a transaction.
pub(super) async fn insert_pending(
    connection: &mut PgConnection,
    new: &NewAccount<'_>,
) -> Result<Result<(), EmailTaken>, VaultError> {
    if let Some(email) = new.email
        && is_taken(&mut *connection, email, Some(new.user)).await?
    {
        return Ok(Err(EmailTaken));
    }
    let inserted = sqlx::query(include_str!("sql/insert_pending.sql"))
        .bind(new.user.0)
        .bind(new.email.map(Email::as_str))
        .bind(new.email.map(Email::key))
        .bind(new.password.map(|hash| &hash.0))
        .bind(new.language.to_string())
        .execute(connection)
        .await;
    free_email(inserted)
}

/// The person who has proved that this address is theirs. Rows of people who are still registering do not count.
pub(super) async fn proved_by(
    executor: impl PgExecutor<'_>,
    email: &Email,
) -> Result<Option<UserId>, VaultError> {
    let user: Option<uuid::Uuid> = sqlx::query_scalar(
        "select user_id from vault.accounts where email_key = any($1) and state = 'active'
         order by array_position($1, email_key) limit 1",
    )
    .bind(email.keys())
    .fetch_optional(executor)
    .await?;
    Ok(user.map(UserId))
}

/// True if an account has the mailbox, other than this person's. The table's own constraint knows a mailbox by
/// one key only, and rows of earlier releases may have another.
pub(super) async fn is_taken(
    connection: &mut PgConnection,
    email: &Email,
    but: Option<UserId>,
) -> Result<bool, VaultError> {
    let taken = sqlx::query_scalar(
        "select exists (
            select 1 from vault.accounts where email_key = any($1) and user_id is distinct from $2
         )",
    )
    .bind(email.keys())
    .bind(but.map(|user| user.0))
    .fetch_one(connection)
    .await?;
    Ok(taken)
}

/// Gives the person an address that is proved to be theirs. Returns the address that counted before.
pub(super) async fn set_email(
    connection: &mut PgConnection,
    user: UserId,
    email: &Email,
) -> Result<Result<Option<String>, EmailTaken>, VaultError> {
    let before: Option<Option<String>> =
        sqlx::query_scalar("select email from vault.accounts where user_id = $1 for update")
            .bind(user.0)
            .fetch_optional(&mut *connection)
            .await?;
    if is_taken(&mut *connection, email, Some(user)).await? {
        return Ok(Err(EmailTaken));
    }
    let set = sqlx::query(
        "insert into vault.accounts (user_id, state, email, email_key) values ($1, 'active', $2, $3)
         on conflict (user_id) do update set email = $2, email_key = $3",
    )
    .bind(user.0)
    .bind(email.as_str())
    .bind(email.key())
    .execute(connection)
    .await;
    Ok(free_email(set)?.map(|()| before.flatten()))
}

/// Gives the person a phone number that is proved to be theirs, or takes it away.
pub(super) async fn set_phone(
    connection: &mut PgConnection,
    user: UserId,
    phone: Option<&str>,
) -> Result<(), VaultError> {
    sqlx::query("update vault.accounts set phone = $2 where user_id = $1")
        .bind(user.0)
        .bind(phone)
        .execute(connection)
        .await?;
    Ok(())
}

/// Locks the person's account, so that nobody else changes its password, or unlinks an identity, until the
/// transaction ends. Returns the stored hash of the person's password.
///
/// An account is locked before its links, and these before its sessions: two transactions that locked in
/// other orders would wait for each other until the database ends one of them.
pub(super) async fn lock(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<Option<PasswordHash>, VaultError> {
    let stored: Option<Option<String>> =
        sqlx::query_scalar("select password_hash from vault.accounts where user_id = $1 for update")
            .bind(user.0)
            .fetch_optional(connection)
            .await?;
    Ok(stored.flatten().map(PasswordHash))
}

/// The person's e-mail address and the language of letters to them, if they have an address.
pub(super) async fn reach(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<Option<(String, Language)>, VaultError> {
    let found: Option<(Option<String>, String)> =
        sqlx::query_as("select email, language from vault.accounts where user_id = $1")
            .bind(user.0)
            .fetch_optional(connection)
            .await?;
    let Some((Some(email), language)) = found else { return Ok(None) };
    Ok(Some((email, language.parse().unwrap_or(Language::Korean))))
}

fn free_email<T>(written: Result<T, sqlx::Error>) -> Result<Result<(), EmailTaken>, VaultError> {
    match written {
        Ok(_) => Ok(Ok(())),
        Err(sqlx::Error::Database(error)) if error.constraint() == Some("accounts_email_key_key") => {
            Ok(Err(EmailTaken))
        }
        Err(error) => Err(error.into()),
    }
}
