//! The vault: secrets and personal data, kept apart from the events, which are for ever.
//!
//! Reading order: [`passwords`] (how they are hashed, and how many at once), [`credentials`] (their rows),
//! [`tokens`] (what a caller shows instead), [`keys`] (what signs them), [`digest`] (request hashes).

mod credentials;
mod digest;
mod keys;
mod passwords;
mod tokens;

pub use tokens::{AccessToken, Caller, TokenError};

use digest::RequestHasher;
use domain::value::UserId;
use keys::Keys;
use passwords::Passwords;
use sqlx::PgPool;
use std::{sync::Arc, time::Duration};
use tokens::Tokens;

/// Checks and keeps secrets. Cheap to clone; clones share their keys and their bounds.
#[derive(Clone)]
pub struct Vault {
    pool: PgPool,
    passwords: Passwords,
    tokens: Arc<Tokens>,
    requests: RequestHasher,
}

/// The vault could not do it.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// Too many passwords are being checked already; try again in a moment.
    #[error("too many passwords are being checked")]
    Overloaded,
    /// The database can't be reached, or what it holds can't be used.
    #[error("the vault can't be reached")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<sqlx::Error> for VaultError {
    fn from(error: sqlx::Error) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

impl Vault {
    /// Opens the vault of a migrated database; the first to do so makes its keys. Access tokens are good
    /// for `token_ttl`.
    ///
    /// # Errors
    /// The database can't be reached or its keys can't be used.
    pub async fn open(pool: PgPool, token_ttl: Duration) -> Result<Self, VaultError> {
        let keys = Keys::of(&pool).await?;
        Ok(Self {
            pool,
            passwords: Passwords::new(),
            tokens: Arc::new(Tokens::new(&keys.token_seed, token_ttl)),
            requests: RequestHasher::new(keys.request_hash),
        })
    }

    /// Keeps the password of someone about to register, until [`Vault::activate`]. Does nothing for who
    /// has a password or is registered already: registering again must not change anyone's password.
    ///
    /// # Errors
    /// Overload, or the database's.
    pub async fn set_password(&self, user: UserId, password: &str) -> Result<(), VaultError> {
        let hash = self.passwords.hash(password).await?;
        credentials::insert_pending(&self.pool, user, &hash).await
    }

    /// The person is registered: their password counts from now on.
    ///
    /// # Errors
    /// The database's; the sweep makes up for it.
    pub async fn activate(&self, user: UserId) -> Result<(), VaultError> {
        credentials::activate(&self.pool, user).await
    }

    /// Whether this is the person's password. Takes as long for nobody (`None`), and for people without a
    /// password, as for anyone: who is registered can't be learnt from the time.
    ///
    /// # Errors
    /// Overload, or the database's.
    pub async fn check_password(&self, user: Option<UserId>, password: &str) -> Result<bool, VaultError> {
        let hash = match user {
            Some(user) => credentials::hash_of(&self.pool, user).await?,
            None => None,
        };
        self.passwords.check(hash, password).await
    }

    /// Activates pending passwords whose owner was registered, and deletes those older than an hour whose
    /// owner was not. Meant to run every few minutes, in any number of processes.
    ///
    /// # Errors
    /// The database's.
    pub async fn sweep(&self) -> Result<(), VaultError> {
        credentials::sweep(&self.pool).await
    }

    /// What a member shows instead of the password from now on.
    #[must_use]
    pub fn issue_token(&self, user: UserId) -> AccessToken {
        self.tokens.issue(Caller::User(user), None)
    }

    /// What an operator's program shows, good for `ttl`.
    #[must_use]
    pub fn issue_operator_token(&self, ttl: Duration) -> AccessToken {
        self.tokens.issue(Caller::Operator, Some(ttl))
    }

    /// Who shows this token.
    ///
    /// # Errors
    /// Why it is not accepted.
    pub fn verify_token(&self, token: &str) -> Result<Caller, TokenError> {
        self.tokens.verify(token)
    }

    /// Keyed hash (HMAC-SHA256) of a request's parts: equal requests are recognised, and what is in them
    /// can't be guessed from it. Where one part ends and the next begins makes a difference.
    #[must_use]
    pub fn request_hash(&self, parts: &[&[u8]]) -> [u8; 32] {
        self.requests.hash(parts)
    }
}
