//! Logins at other services that are under way: the flow, stored while a person is at a provider, and the
//! proof of who they are there, stored until they are logged in here. Both are found by a random word, of
//! which only the hash is stored, and only in the browser in which they began: else anyone could be led to
//! log in as another.

use super::VaultError;
use super::address::Email;
use super::identities::Identity;
use super::links;
use domain::value::UserId;
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use uuid::Uuid;

/// The time that each step may take, in minutes.
const MINUTES: i32 = 10;

/// Logins at other services that are under way. Cheap to clone.
#[derive(Clone)]
pub struct OAuthFlows {
    pool: PgPool,
}

/// The flow of a person who is sent to a provider.
pub struct Flow {
    /// The nonce that the ID token must repeat.
    pub nonce: String,
    /// The PKCE verifier, which only we can show when the code is exchanged.
    pub verifier: String,
    /// The account to which the identity is to be linked; none where the person logs in.
    pub linking: Option<UserId>,
}

/// The proof of who a person is at a provider, as the provider has told us.
pub struct Proof {
    /// The provider, by the name that it has in the settings.
    pub provider: String,
    /// The id of the person's account at the provider.
    pub subject: String,
    /// The person's address there, if the provider told it.
    pub email: Option<Email>,
    /// True if the provider has seen that the address is the person's.
    pub email_verified: bool,
    /// The person's name there.
    pub display_name: Option<String>,
}

/// A proof that waits until the person logs in, registers or links an account with it.
pub struct PendingProof {
    /// The proof of who the person is at the provider.
    pub proof: Proof,
    /// The account to which the identity is to be linked; none where the person logs in.
    pub linking: Option<UserId>,
    /// The id that the person will have if they register; the same each time they try.
    pub new_user: UserId,
}

/// The reason why no flow or proof is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowError {
    /// The flow or proof never was, was used, or is too old.
    Over,
    /// The flow began in another browser.
    AnotherBrowser,
}

type Row = (String, String, Option<String>, bool, Option<String>, Option<Uuid>, Uuid, Vec<u8>);

impl Proof {
    /// The account at the provider.
    #[must_use]
    pub fn identity(&self) -> Identity<'_> {
        Identity { provider: &self.provider, subject: &self.subject }
    }

    /// The person's address, if it may count as theirs here.
    #[must_use]
    pub fn verified_email(&self) -> Option<&Email> {
        self.email.as_ref().filter(|_| self.email_verified)
    }
}

impl OAuthFlows {
    pub(super) fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Makes a random word by which a browser is known again.
    ///
    /// # Errors
    /// The system has no randomness.
    pub fn new_browser(&self) -> Result<String, VaultError> {
        links::fresh()
    }

    /// Stores the flow of a person who is about to be sent to a provider, which will send `state` back.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin(
        &self,
        provider: &str,
        state: &str,
        browser: &str,
        flow: &Flow,
    ) -> Result<(), VaultError> {
        sqlx::query(
            "insert into vault.oauth_flows
                (state_hash, provider, nonce, verifier, browser_hash, user_id, expires_at)
             values ($1, $2, $3, $4, $5, $6, clock_timestamp() + make_interval(mins => $7))",
        )
        .bind(hash(state))
        .bind(provider)
        .bind(&flow.nonce)
        .bind(&flow.verifier)
        .bind(hash(browser))
        .bind(flow.linking.map(|user| user.0))
        .bind(MINUTES)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Takes the flow of a person who came back from a provider with `state`, which is worth nothing
    /// afterwards.
    ///
    /// # Errors
    /// The database's; within, why `state` is worth nothing now.
    pub async fn take(
        &self,
        provider: &str,
        state: &str,
        browser: Option<&str>,
    ) -> Result<Result<Flow, FlowError>, VaultError> {
        let taken: Option<(String, String, Option<Uuid>)> = sqlx::query_as(
            "delete from vault.oauth_flows
             where state_hash = $1 and provider = $2 and browser_hash = $3 and expires_at > clock_timestamp()
             returning nonce, verifier, user_id",
        )
        .bind(hash(state))
        .bind(provider)
        .bind(browser.map(hash))
        .fetch_optional(&self.pool)
        .await?;
        if let Some((nonce, verifier, user)) = taken {
            return Ok(Ok(Flow { nonce, verifier, linking: user.map(UserId) }));
        }
        // The flow stays where the browser is another one, so that a person who only saw the state can't take
        // the flow from its owner.
        let goes_on: bool = sqlx::query_scalar(
            "select exists (
                select 1 from vault.oauth_flows
                where state_hash = $1 and provider = $2 and expires_at > clock_timestamp()
             )",
        )
        .bind(hash(state))
        .bind(provider)
        .fetch_one(&self.pool)
        .await?;
        Ok(Err(if goes_on { FlowError::AnotherBrowser } else { FlowError::Over }))
    }

    /// Stores a proof, and returns the code under which it is found.
    ///
    /// # Errors
    /// The database's.
    pub async fn keep(
        &self,
        proof: &Proof,
        linking: Option<UserId>,
        browser: &str,
    ) -> Result<String, VaultError> {
        let code = links::fresh()?;
        sqlx::query(
            "insert into vault.oauth_results
                (code_hash, provider, subject, email, email_verified, display_name, browser_hash, user_id,
                 new_user_id, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, clock_timestamp() + make_interval(mins => $10))",
        )
        .bind(hash(&code))
        .bind(&proof.provider)
        .bind(&proof.subject)
        .bind(proof.email.as_ref().map(Email::as_str))
        .bind(proof.email_verified)
        .bind(&proof.display_name)
        .bind(hash(browser))
        .bind(linking.map(|user| user.0))
        .bind(Uuid::now_v7())
        .bind(MINUTES)
        .execute(&self.pool)
        .await?;
        Ok(code)
    }

    /// The proof that is stored under the code. The code stays good until [`OAuthFlows::finish`].
    ///
    /// # Errors
    /// The database's; within, why the code is worth nothing.
    pub async fn kept(
        &self,
        code: &str,
        browser: Option<&str>,
    ) -> Result<Result<PendingProof, FlowError>, VaultError> {
        let row: Option<Row> = sqlx::query_as(
            "select provider, subject, email, email_verified, display_name, user_id, new_user_id, browser_hash
             from vault.oauth_results where code_hash = $1 and expires_at > clock_timestamp()",
        )
        .bind(hash(code))
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(Err(FlowError::Over)) };
        let (provider, subject, email, email_verified, display_name, linking, new_user, began_in) = row;
        if browser.map(hash) != Some(began_in) {
            return Ok(Err(FlowError::AnotherBrowser));
        }
        let email = email.and_then(|email| Email::parse(&email).ok());
        Ok(Ok(PendingProof {
            proof: Proof { provider, subject, email, email_verified, display_name },
            linking: linking.map(UserId),
            new_user: UserId(new_user),
        }))
    }

    /// Deletes the proof whose code has done its work; false if it was deleted before.
    ///
    /// # Errors
    /// The database's.
    pub async fn finish(&self, code: &str) -> Result<bool, VaultError> {
        let finished = sqlx::query("delete from vault.oauth_results where code_hash = $1")
            .bind(hash(code))
            .execute(&self.pool)
            .await?;
        Ok(finished.rows_affected() > 0)
    }

    pub(super) async fn sweep(&self) -> Result<(), VaultError> {
        for table in ["oauth_flows", "oauth_results"] {
            let over = format!("delete from vault.{table} where expires_at < clock_timestamp()");
            sqlx::query(&over).execute(&self.pool).await?;
        }
        Ok(())
    }
}

fn hash(word: &str) -> Vec<u8> {
    Sha256::digest(word).to_vec()
}
