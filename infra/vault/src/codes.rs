//! Codes of six digits that are sent to an address or a phone and typed in within minutes: they prove that
//! the person who types a code reads the letters there.

use super::VaultError;
use super::digest::RequestHasher;
use domain::value::UserId;
use rand::{Rng, TryRngCore, rngs::OsRng};
use sqlx::{PgConnection, PgPool};
use std::time::Duration;
use uuid::Uuid;

/// The most tries of a code; then another code has to be sent.
const TRIES: i16 = 5;
/// The most codes that are sent for one request; then the person has to begin a new request.
const SENDS: i16 = 5;
/// The time for which a code is good, in minutes.
const MINUTES: i32 = 10;
/// The wait before the second code is sent; the wait before the third is twice as long, and so on.
const FIRST_WAIT_SECONDS: f64 = 30.0;

/// The purpose of a code: a sign-up, or a new e-mail address or phone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    SignUp,
    Email,
    Phone,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::SignUp => "sign_up",
            Self::Email => "email",
            Self::Phone => "phone",
        }
    }
}

/// The reason why a code that was typed in is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeError {
    /// No request has this id, or it was long ago.
    NotFound,
    /// The right code is another one; some tries are left.
    Wrong {
        /// Number of tries that are left with this code.
        tries_left: u16,
    },
    /// The code was tried too often, or is too old: another code has to be sent.
    Over,
}

/// The reason why no other code is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResendError {
    /// No request has this id, or it was long ago.
    NotFound,
    /// A code was sent just now.
    TooSoon {
        /// The time after which another code may be sent.
        wait: Duration,
    },
    /// Too many codes were sent already: the person has to begin a new request.
    TooMany,
}

/// What the recipient of a code is told beside it.
#[derive(Clone, Copy, Debug)]
pub struct CodeSent {
    /// The id of what the code proves; the same for all codes sent for it.
    pub id: Uuid,
    /// The time in which the code has to be typed in.
    pub good_for: Duration,
    /// The time after which another code can be sent.
    pub resend_after: Duration,
}

/// A code on its way.
pub(super) struct Issued {
    pub(super) sent: CodeSent,
    /// Six digits.
    pub(super) code: String,
}

impl Issued {
    /// `wait` is in seconds.
    fn new(id: Uuid, wait: f64) -> Result<Self, VaultError> {
        let good_for = Duration::from_secs(60 * u64::from(MINUTES.unsigned_abs()));
        let sent = CodeSent { id, good_for, resend_after: Duration::from_secs_f64(wait) };
        Ok(Self { sent, code: fresh()? })
    }
}

/// Codes and their hashes.
#[derive(Clone)]
pub(super) struct Codes(RequestHasher);

impl Codes {
    pub(super) fn new(hasher: RequestHasher) -> Self {
        Self(hasher)
    }

    /// Makes the first code of a request. An earlier request of the same person and purpose is forgotten.
    /// Where `can_be_right` is false no code is ever right, which nobody can notice.
    pub(super) async fn issue(
        &self,
        connection: &mut PgConnection,
        purpose: Purpose,
        user: Option<UserId>,
        recipient: &str,
        can_be_right: bool,
    ) -> Result<Issued, VaultError> {
        let issued = Issued::new(Uuid::new_v4(), FIRST_WAIT_SECONDS)?;
        let id = issued.sent.id;
        let hash = self.hash(id, &issued.code);
        sqlx::query(
            "insert into vault.codes
                (id, purpose, user_id, recipient, code_hash, tries_left, sends_left, next_send_at, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7, clock_timestamp() + make_interval(secs => $8),
                clock_timestamp() + make_interval(mins => $9))
             on conflict (user_id, purpose) do update
             set id = excluded.id, recipient = excluded.recipient, code_hash = excluded.code_hash,
                tries_left = excluded.tries_left, sends_left = excluded.sends_left,
                next_send_at = excluded.next_send_at, expires_at = excluded.expires_at,
                created_at = clock_timestamp()",
        )
        .bind(id)
        .bind(purpose.name())
        .bind(user.map(|user| user.0))
        .bind(recipient)
        .bind(can_be_right.then_some(&hash[..]))
        .bind(TRIES)
        .bind(SENDS - 1)
        .bind(FIRST_WAIT_SECONDS)
        .bind(MINUTES)
        .execute(connection)
        .await?;
        Ok(issued)
    }

    /// Makes another code for the same request. Returns it with its recipient, and with whether it can be
    /// right.
    pub(super) async fn reissue(
        &self,
        connection: &mut PgConnection,
        purpose: Purpose,
        id: Uuid,
    ) -> Result<Result<(Issued, String, bool), ResendError>, VaultError> {
        let found: Option<(String, bool, i16, f64)> = sqlx::query_as(
            "select recipient, code_hash is not null, sends_left,
                extract(epoch from next_send_at - clock_timestamp())::float8
             from vault.codes where id = $1 and purpose = $2 for update",
        )
        .bind(id)
        .bind(purpose.name())
        .fetch_optional(&mut *connection)
        .await?;
        let Some((recipient, can_be_right, sends_left, wait)) = found else {
            return Ok(Err(ResendError::NotFound));
        };
        if sends_left == 0 {
            return Ok(Err(ResendError::TooMany));
        }
        if wait > 0.0 {
            return Ok(Err(ResendError::TooSoon { wait: Duration::from_secs_f64(wait) }));
        }
        let next_wait = FIRST_WAIT_SECONDS * 2f64.powi(i32::from(SENDS - sends_left));
        let issued = Issued::new(id, next_wait)?;
        let hash = self.hash(id, &issued.code);
        sqlx::query(
            "update vault.codes
             set code_hash = $2, tries_left = $3, sends_left = sends_left - 1,
                next_send_at = clock_timestamp() + make_interval(secs => $4),
                expires_at = clock_timestamp() + make_interval(mins => $5)
             where id = $1",
        )
        .bind(id)
        .bind(can_be_right.then_some(&hash[..]))
        .bind(TRIES)
        .bind(next_wait)
        .bind(MINUTES)
        .execute(connection)
        .await?;
        Ok(Ok((issued, recipient, can_be_right)))
    }

    /// Checks the code and returns the recipient to whom it was sent. Each call is one of the code's tries,
    /// so the transaction must be committed whether the code is right or not.
    pub(super) async fn check(
        &self,
        connection: &mut PgConnection,
        purpose: Purpose,
        id: Uuid,
        code: &str,
    ) -> Result<Result<String, CodeError>, VaultError> {
        let found: Option<(Option<Vec<u8>>, i16, bool, String)> = sqlx::query_as(
            "select code_hash, tries_left, expires_at <= clock_timestamp(), recipient
             from vault.codes where id = $1 and purpose = $2 for update",
        )
        .bind(id)
        .bind(purpose.name())
        .fetch_optional(&mut *connection)
        .await?;
        let Some((hash, tries_left, expired, recipient)) = found else {
            return Ok(Err(CodeError::NotFound));
        };
        if expired || tries_left == 0 {
            return Ok(Err(CodeError::Over));
        }
        sqlx::query("update vault.codes set tries_left = tries_left - 1 where id = $1")
            .bind(id)
            .execute(connection)
            .await?;
        // Both hashes are HMACs under a key of ours: how long their comparison takes tells nothing.
        if hash.is_some_and(|hash| hash == self.hash(id, code)) {
            return Ok(Ok(recipient));
        }
        match u16::try_from(tries_left - 1) {
            Ok(tries_left @ 1..) => Ok(Err(CodeError::Wrong { tries_left })),
            Ok(0) | Err(_) => Ok(Err(CodeError::Over)),
        }
    }

    /// The id of the person's latest request with this purpose.
    pub(super) async fn pending(
        connection: &mut PgConnection,
        purpose: Purpose,
        user: UserId,
    ) -> Result<Option<Uuid>, VaultError> {
        let id = sqlx::query_scalar("select id from vault.codes where user_id = $1 and purpose = $2")
            .bind(user.0)
            .bind(purpose.name())
            .fetch_optional(connection)
            .await?;
        Ok(id)
    }

    /// Deletes the request whose code was right and has done its work.
    pub(super) async fn delete(connection: &mut PgConnection, id: Uuid) -> Result<(), VaultError> {
        sqlx::query("delete from vault.codes where id = $1").bind(id).execute(connection).await?;
        Ok(())
    }

    fn hash(&self, id: Uuid, code: &str) -> [u8; 32] {
        self.0.hash(&[b"code", id.as_bytes(), code.trim().as_bytes()])
    }
}

pub(super) async fn sweep(pool: &PgPool) -> Result<(), VaultError> {
    sqlx::query("delete from vault.codes where created_at < clock_timestamp() - interval '1 day'")
        .execute(pool)
        .await?;
    Ok(())
}

fn fresh() -> Result<String, VaultError> {
    // The first read fails where the system has no randomness, before anyone could guess a code.
    OsRng.try_fill_bytes(&mut [0]).map_err(|error| VaultError::Unavailable(Box::new(error)))?;
    Ok(format!("{:06}", OsRng.unwrap_err().random_range(0..1_000_000)))
}
