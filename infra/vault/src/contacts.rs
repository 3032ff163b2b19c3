//! Changes of a person's e-mail address or phone number: the new one counts when a code that was sent there
//! comes back.

use super::VaultError;
use super::accounts::{self, EmailTaken};
use super::address::{Email, Phone};
use super::codes::{CodeError, Codes, Purpose};
use super::links;
use crate::mail::{Language, Letter, Outbox};
use domain::value::UserId;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// Changes of addresses and numbers. Cheap to clone.
#[derive(Clone)]
pub struct Contacts {
    pool: PgPool,
    codes: Codes,
    outbox: Outbox,
}

/// The reason why a new address or number does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactError {
    /// The code is not right.
    Code(CodeError),
    /// The address was given to another account meanwhile.
    EmailTaken,
}

impl From<EmailTaken> for ContactError {
    fn from(EmailTaken: EmailTaken) -> Self {
        Self::EmailTaken
    }
}

impl Contacts {
    pub(super) fn new(pool: PgPool, codes: Codes, outbox: Outbox) -> Self {
        Self { pool, codes, outbox }
    }

    /// Sends a code to a new address. If the address belongs to another account, the owner of that account is
    /// told instead, and the person who wanted the change learns nothing.
    ///
    /// # Errors
    /// The database's.
    pub async fn ask_email(&self, user: UserId, email: &Email) -> Result<(), VaultError> {
        let mut tx = self.pool.begin().await?;
        let taken = accounts::is_taken(&mut tx, email, Some(user)).await?;
        let issued = self.codes.issue(&mut tx, Purpose::Email, Some(user), email.as_str(), !taken).await?;
        let letter = match taken {
            false => Letter::EmailChangeCode { code: issued.code },
            true => Letter::AlreadyRegistered,
        };
        let language = language_of(&mut tx, user).await?;
        self.outbox.enqueue(&mut tx, email.as_str(), language, &letter).await?;
        tx.commit().await?;
        self.outbox.poke();
        Ok(())
    }

    /// Makes the new address count from now on; a letter to the old address tells of the change.
    ///
    /// # Errors
    /// The database's; within, why the address does not count.
    pub async fn confirm_email(
        &self,
        user: UserId,
        code: &str,
    ) -> Result<Result<(), ContactError>, VaultError> {
        let (id, email) = match self.check(user, Purpose::Email, code).await? {
            Ok((id, email)) => {
                (id, Email::parse(&email).map_err(|error| VaultError::Unavailable(Box::new(error)))?)
            }
            Err(refused) => return Ok(Err(ContactError::Code(refused))),
        };
        let mut tx = self.pool.begin().await?;
        let before = match accounts::set_email(&mut tx, user, &email).await? {
            Ok(before) => before,
            Err(taken) => return Ok(Err(taken.into())),
        };
        if let Some(before) = before.filter(|before| *before != email.as_str()) {
            let language = language_of(&mut tx, user).await?;
            self.outbox.enqueue(&mut tx, &before, language, &Letter::EmailChanged).await?;
        }
        // A person who reads the mail of the old address must not have the password by it.
        links::revoke(&mut tx, links::Purpose::PasswordReset, user).await?;
        Codes::delete(&mut tx, id).await?;
        tx.commit().await?;
        self.outbox.poke();
        Ok(Ok(()))
    }

    /// Sends a code to a phone.
    ///
    /// # Errors
    /// The database's.
    pub async fn ask_phone(&self, user: UserId, phone: &Phone) -> Result<(), VaultError> {
        let mut tx = self.pool.begin().await?;
        let issued = self.codes.issue(&mut tx, Purpose::Phone, Some(user), phone.as_str(), true).await?;
        let language = language_of(&mut tx, user).await?;
        let letter = Letter::PhoneCode { code: issued.code };
        self.outbox.enqueue(&mut tx, phone.as_str(), language, &letter).await?;
        tx.commit().await?;
        self.outbox.poke();
        Ok(())
    }

    /// Makes the new number count from now on.
    ///
    /// # Errors
    /// The database's; within, why the number does not count.
    pub async fn confirm_phone(
        &self,
        user: UserId,
        code: &str,
    ) -> Result<Result<(), ContactError>, VaultError> {
        let (id, phone) = match self.check(user, Purpose::Phone, code).await? {
            Ok(phone) => phone,
            Err(refused) => return Ok(Err(ContactError::Code(refused))),
        };
        let mut tx = self.pool.begin().await?;
        accounts::set_phone(&mut tx, user, Some(&phone)).await?;
        Codes::delete(&mut tx, id).await?;
        tx.commit().await?;
        Ok(Ok(()))
    }

    /// Deletes the person's phone number, and the request for a new one that is under way.
    ///
    /// # Errors
    /// The database's.
    pub async fn forget_phone(&self, user: UserId) -> Result<(), VaultError> {
        let mut tx = self.pool.begin().await?;
        accounts::set_phone(&mut tx, user, None).await?;
        if let Some(id) = Codes::pending(&mut tx, Purpose::Phone, user).await? {
            Codes::delete(&mut tx, id).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Checks the code of the person's request. Returns the request's id, and the address or number to which
    /// the code was sent. The transaction is one of its own: the try counts, whether the caller's next steps
    /// succeed or not.
    async fn check(
        &self,
        user: UserId,
        purpose: Purpose,
        code: &str,
    ) -> Result<Result<(Uuid, String), CodeError>, VaultError> {
        let mut tx = self.pool.begin().await?;
        let checked = match Codes::pending(&mut tx, purpose, user).await? {
            Some(id) => self.codes.check(&mut tx, purpose, id, code).await?.map(|recipient| (id, recipient)),
            None => Err(CodeError::NotFound),
        };
        tx.commit().await?;
        Ok(checked)
    }
}

async fn language_of(connection: &mut PgConnection, user: UserId) -> Result<Language, VaultError> {
    let language: Option<String> =
        sqlx::query_scalar("select language from vault.accounts where user_id = $1")
            .bind(user.0)
            .fetch_optional(connection)
            .await?;
    Ok(language.and_then(|language| language.parse().ok()).unwrap_or(Language::Korean))
}
