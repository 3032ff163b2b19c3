//! The vault: secrets and personal data, kept apart from the events, which are for ever.
//!
//! Reading order: [`accounts`] (people's rows) and [`passwords`] (how they are hashed, and how many at once);
//! [`sign_ups`], [`contacts`], [`recovery`] and [`withdrawals`] (how rows come to be, change and go) with the
//! proofs of an address, [`codes`] and [`links`]; [`handles`] (the handles of people who were forgotten);
//! [`identities`] (accounts at other services that open accounts here) and [`oauth`] (logins there under
//! way); [`sessions`] with [`refresh`] tokens and access [`tokens`], and the [`keys`] that sign them;
//! [`attempts`] (bounds on tries, of passwords for one); [`exports`] (copies of people's own data);
//! [`aliases`] (the owners of anonymous posts, comments and photos); [`searches`] (the words that people
//! search for); [`listener`] (how a node hears of changes that other nodes made here); [`digest`] (request
//! hashes); [`mail`] (letters by e-mail and SMS, queued here and sent from here); [`providers`] (how another
//! service tells which of its accounts a person has); [`views`] (which person looks at which post, counted
//! without an event for each look).

pub mod accounts;
mod address;
pub mod aliases;
pub mod attempts;
mod codes;
mod contacts;
mod digest;
pub mod exports;
mod handles;
pub mod identities;
mod keys;
mod links;
mod listener;
pub mod mail;
pub mod oauth;
mod passwords;
pub mod providers;
mod recovery;
mod refresh;
pub mod searches;
pub mod sessions;
pub mod sign_ups;
mod tokens;
pub mod views;
mod withdrawals;

pub use address::{Email, Phone};
pub use codes::{CodeError, CodeSent, ResendError};
pub use contacts::{ContactError, Contacts};
pub use handles::Handles;
pub use keys::Rotation;
pub use passwords::password_length;
pub use recovery::Recovery;
pub use tokens::{AccessToken, Caller, TokenError};
pub use withdrawals::{Due, ErasePerson, Erases, Withdrawals};

use crate::mail::Outbox;
use accounts::Accounts;
use aliases::Aliases;
use attempts::Attempts;
use codes::Codes;
use digest::RequestHasher;
use domain::value::UserId;
use exports::Exports;
use identities::Identities;
use jobs::Queue;
use keys::Keys;
use oauth::OAuthFlows;
use passwords::Passwords;
use refresh::RefreshTokens;
use searches::Searches;
use serde_json::Value;
use sessions::Sessions;
use sign_ups::SignUps;
use sqlx::PgPool;
use std::{sync::Arc, time::Duration};
use tokens::Tokens;
use uuid::Uuid;

/// The vault's parts, which check and store secrets. Cheap to clone; clones share their keys and their
/// bounds.
#[derive(Clone)]
pub struct Vault {
    /// People's rows.
    pub accounts: Accounts,
    /// Sign-ups: how a person becomes a member.
    pub sign_ups: SignUps,
    /// Changes of a person's e-mail address and phone number.
    pub contacts: Contacts,
    /// Changes of a person's password.
    pub recovery: Recovery,
    /// Withdrawals: how a person leaves and comes back.
    pub withdrawals: Withdrawals,
    /// Handles that nobody can have for now.
    pub handles: Handles,
    /// Accounts at other services that open accounts here.
    pub identities: Identities,
    /// Logins at other services that are under way.
    pub oauth: OAuthFlows,
    /// People's sessions: where they are logged in.
    pub sessions: Sessions,
    /// Counts of tries: of passwords and codes, for example, which nobody may try without end.
    pub attempts: Attempts,
    /// Exports: copies of their own data that people take away.
    pub exports: Exports,
    /// Aliases: the owners of anonymous posts, comments and photos.
    pub aliases: Aliases,
    /// The words that people have searched for.
    pub searches: Searches,
    /// The outbox: letters on their way.
    pub outbox: Outbox,
    /// The queue of jobs: work that is done beside requests.
    pub queue: Queue,
    pool: PgPool,
    tokens: Arc<Tokens>,
    requests: RequestHasher,
}

/// The reason why the vault could not do what a caller wanted.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// Overload: so many passwords are being checked already that the caller must try again in a moment.
    #[error("too many passwords are being checked")]
    Overloaded,
    /// The database can't be reached, or a value in it can't be used.
    #[error("the vault can't be reached")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<sqlx::Error> for VaultError {
    fn from(error: sqlx::Error) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

impl Vault {
    /// Opens the vault of a migrated database; the first process to do so makes its keys. Access tokens are
    /// good for `token_ttl`. This node hears of changes by other nodes only while [`Vault::listen`] runs.
    ///
    /// # Errors
    /// The database can't be reached or its keys can't be used.
    pub async fn open(pool: PgPool, token_ttl: Duration) -> Result<Self, VaultError> {
        let Keys { request_hash, refresh } = Keys::of(&pool).await?;
        let mut token_keys = keys::token_keys(&pool).await?;
        if token_keys.is_empty() {
            keys::rotate(&pool, Rotation::IfDue).await?;
            token_keys = keys::token_keys(&pool).await?;
        }
        let tokens = Arc::new(Tokens::new(&token_keys, token_ttl));
        let (requests, refresh) = (RequestHasher::new(request_hash), RefreshTokens::new(refresh));
        let (passwords, outbox) = (Passwords::new(), Outbox::default());
        let queue = outbox.queue().clone();
        let codes = Codes::new(requests.clone());
        let sessions = Sessions::new(pool.clone(), tokens.clone(), refresh, outbox.clone());
        let withdrawals = Withdrawals::new(pool.clone(), sessions.clone(), outbox.clone(), queue.clone());
        Ok(Self {
            accounts: Accounts::new(pool.clone(), passwords.clone()),
            sign_ups: SignUps::new(pool.clone(), passwords.clone(), codes.clone(), outbox.clone()),
            contacts: Contacts::new(pool.clone(), codes, outbox.clone()),
            recovery: Recovery::new(
                pool.clone(),
                passwords,
                sessions.clone(),
                withdrawals.clone(),
                outbox.clone(),
            ),
            withdrawals,
            handles: Handles::new(pool.clone(), requests.clone()),
            identities: Identities::new(pool.clone(), outbox.clone()),
            oauth: OAuthFlows::new(pool.clone()),
            sessions,
            attempts: Attempts::new(pool.clone(), requests.clone()),
            exports: Exports::new(pool.clone(), outbox.clone()),
            aliases: Aliases::new(pool.clone(), requests.clone()),
            searches: Searches::new(pool.clone()),
            outbox,
            queue,
            pool,
            tokens,
            requests,
        })
    }

    /// Activates pending rows whose event is in the log, and deletes rows whose time is over. Meant to run
    /// every few minutes, in any number of processes. `come_back` turns the token of a link back into the
    /// address of the page that takes the token.
    ///
    /// # Errors
    /// The database's.
    pub async fn sweep(&self, come_back: &impl Fn(&str) -> String) -> Result<(), VaultError> {
        // A sweep that fails does not keep the others from their turn.
        let done = [
            self.accounts.sweep().await,
            self.withdrawals.sweep(come_back).await,
            self.sessions.sweep().await,
            self.attempts.sweep().await,
            self.handles.sweep().await,
            self.oauth.sweep().await,
            self.exports.sweep().await,
            self.aliases.sweep().await,
            codes::sweep(&self.pool).await,
            links::sweep(&self.pool).await,
            self.rotate_keys(Rotation::IfDue).await.map(|_| ()),
        ];
        done.into_iter().collect()
    }

    /// Deletes everything of the person. The person's sessions end first, so that every node hears of their
    /// end.
    ///
    /// # Errors
    /// The database's.
    pub async fn forget(&self, user: UserId) -> Result<(), VaultError> {
        self.sessions.end_all(user, None).await?;
        let mut tx = self.pool.begin().await?;
        for sql in include_str!("sql/forget.sql").split(';').filter(|sql| !sql.trim().is_empty()) {
            sqlx::query(sql).bind(user.0).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Makes another key that signs access tokens; true if one was made.
    ///
    /// # Errors
    /// The database's.
    pub async fn rotate_keys(&self, rotation: Rotation) -> Result<bool, VaultError> {
        keys::rotate(&self.pool, rotation).await
    }

    /// The public halves of the keys that sign access tokens, as a JSON Web Key Set (RFC 7517).
    #[must_use]
    pub fn key_set(&self) -> Arc<Value> {
        self.tokens.key_set()
    }

    /// A token of a session that is not stored, so that nobody can refresh, list or end this session: for
    /// programs that stand for many people at once, as benchmarks do.
    #[must_use]
    pub fn issue_token(&self, user: UserId) -> AccessToken {
        self.tokens.issue(Caller::User { user, session: Uuid::new_v4() }, None)
    }

    /// The access token of an operator's program, good for `ttl`.
    #[must_use]
    pub fn issue_operator_token(&self, ttl: Duration) -> AccessToken {
        self.tokens.issue(Caller::Operator, Some(ttl))
    }

    /// The caller for whom this access token stands.
    ///
    /// # Errors
    /// The reason why the token is not accepted.
    pub fn verify_token(&self, token: &str) -> Result<Caller, TokenError> {
        self.tokens.verify(token)
    }

    /// Keyed hash (HMAC-SHA256) of a request's parts: the hash recognises equal requests, and nobody can
    /// guess the parts from it. The parts' borders are hashed, too: the same bytes in other parts have
    /// another hash.
    #[must_use]
    pub fn request_hash(&self, parts: &[&[u8]]) -> [u8; 32] {
        self.requests.hash(parts)
    }
}
