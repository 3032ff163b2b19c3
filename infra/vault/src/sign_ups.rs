//! Sign-ups: the data that a person typed is stored until a code proves that the address is theirs.

use super::VaultError;
use super::accounts::{self, PasswordHash};
use super::address::Email;
use super::codes::{CodeError, CodeSent, Codes, Issued, Purpose, ResendError};
use super::passwords::Passwords;
use crate::mail::{Language, Letter, Outbox};
use domain::value::UserId;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// Sign-ups under way. Cheap to clone.
#[derive(Clone)]
pub struct SignUps {
    pool: PgPool,
    passwords: Passwords,
    codes: Codes,
    outbox: Outbox,
}

/// The data of a sign-up as a person typed it, checked in form.
pub struct NewSignUp {
    /// The e-mail address, not proved yet.
    pub email: Email,
    /// The password as typed.
    pub password: String,
    /// The handle as typed; it is taken only when the address is proved.
    pub handle: String,
    /// The display name, as free text.
    pub display_name: String,
    /// The language of letters to the person.
    pub language: Language,
}

/// A sign-up whose address is proved.
pub struct Proved {
    /// The id that the person will have; the same each time.
    pub user: UserId,
    /// The person's address.
    pub email: Email,
    /// The hash of the password, for the account.
    pub password: PasswordHash,
    /// The handle as typed.
    pub handle: String,
    /// The display name, as free text.
    pub display_name: String,
    /// The language of letters to the person.
    pub language: Language,
}

impl SignUps {
    pub(super) fn new(pool: PgPool, passwords: Passwords, codes: Codes, outbox: Outbox) -> Self {
        Self { pool, passwords, codes, outbox }
    }

    /// Stores the sign-up and sends a code. Where the address has an account already, the account's owner is
    /// told by mail instead, and the person who typed the address learns nothing: answer and work are the
    /// same.
    ///
    /// # Errors
    /// Overload, or the database's.
    pub async fn begin(&self, new: &NewSignUp) -> Result<CodeSent, VaultError> {
        let hash = self.passwords.hash(&new.password).await?;
        let mut tx = self.pool.begin().await?;
        let taken = accounts::is_taken(&mut tx, &new.email, None).await?;
        let issued = self.codes.issue(&mut tx, Purpose::SignUp, None, new.email.as_str(), !taken).await?;
        sqlx::query(
            "insert into vault.sign_ups
                (id, user_id, email, email_key, password_hash, handle, display_name, language)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(issued.sent.id)
        .bind(Uuid::now_v7())
        .bind(new.email.as_str())
        .bind(new.email.key())
        .bind(hash)
        .bind(&new.handle)
        .bind(&new.display_name)
        .bind(new.language.to_string())
        .execute(&mut *tx)
        .await?;
        let sent = issued.sent;
        self.send(&mut tx, issued, new.email.as_str(), new.language, !taken).await?;
        tx.commit().await?;
        self.outbox.poke();
        Ok(sent)
    }

    /// The address to which the codes of a sign-up go, if there is such a sign-up.
    ///
    /// # Errors
    /// The database's.
    pub async fn address(&self, id: Uuid) -> Result<Option<Email>, VaultError> {
        let email: Option<String> = sqlx::query_scalar("select email from vault.sign_ups where id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        Ok(email.and_then(|email| Email::parse(&email).ok()))
    }

    /// Sends another code; the code before is worth nothing any more.
    ///
    /// # Errors
    /// The database's; within, why none is sent.
    pub async fn resend(&self, id: Uuid) -> Result<Result<CodeSent, ResendError>, VaultError> {
        let mut tx = self.pool.begin().await?;
        let (issued, recipient, can_be_right) = match self.codes.reissue(&mut tx, Purpose::SignUp, id).await?
        {
            Ok(issued) => issued,
            Err(refused) => return Ok(Err(refused)),
        };
        let language: String = sqlx::query_scalar("select language from vault.sign_ups where id = $1")
            .bind(id)
            .fetch_one(&mut *tx)
            .await?;
        let language = language.parse().unwrap_or(Language::Korean);
        let sent = issued.sent;
        self.send(&mut tx, issued, &recipient, language, can_be_right).await?;
        tx.commit().await?;
        self.outbox.poke();
        Ok(Ok(sent))
    }

    async fn send(
        &self,
        connection: &mut PgConnection,
        issued: Issued,
        recipient: &str,
        language: Language,
        can_be_right: bool,
    ) -> Result<(), VaultError> {
        let letter = match can_be_right {
            true => Letter::SignUpCode { code: issued.code },
            false => Letter::AlreadyRegistered,
        };
        Ok(self.outbox.enqueue(connection, recipient, language, &letter).await?)
    }

    /// Checks whether the code proves the address. The sign-up stays until [`SignUps::delete`], so that a
    /// handle that was taken meanwhile can be replaced.
    ///
    /// # Errors
    /// The database's; within, what is wrong with the code.
    pub async fn check(&self, id: Uuid, code: &str) -> Result<Result<Proved, CodeError>, VaultError> {
        let mut tx = self.pool.begin().await?;
        let checked = self.codes.check(&mut tx, Purpose::SignUp, id, code).await?;
        let proved = match checked {
            Ok(_) => Ok(read(&mut tx, id).await?),
            Err(refused) => Err(refused),
        };
        // The try counts, whether the code was right or not.
        tx.commit().await?;
        Ok(proved.and_then(|proved| proved.ok_or(CodeError::NotFound)))
    }

    /// Deletes the sign-up of a person who is a member now, or never will be one.
    ///
    /// # Errors
    /// The database's; the sweep makes up for it.
    pub async fn delete(&self, id: Uuid) -> Result<(), VaultError> {
        let mut connection = self.pool.acquire().await?;
        Codes::delete(&mut connection, id).await
    }
}

async fn read(connection: &mut PgConnection, id: Uuid) -> Result<Option<Proved>, VaultError> {
    let row: Option<(Uuid, String, String, String, String, String)> = sqlx::query_as(
        "select user_id, email, password_hash, handle, display_name, language
         from vault.sign_ups where id = $1",
    )
    .bind(id)
    .fetch_optional(connection)
    .await?;
    let Some((user, email, password, handle, display_name, language)) = row else { return Ok(None) };
    let email = Email::parse(&email).map_err(|error| VaultError::Unavailable(Box::new(error)))?;
    Ok(Some(Proved {
        user: UserId(user),
        email,
        password: PasswordHash(password),
        handle,
        display_name,
        language: language.parse().unwrap_or(Language::Korean),
    }))
}
