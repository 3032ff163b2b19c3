//! Sessions, which are the places where people are logged in: opened, refreshed, listed, ended.

use super::accounts::{self, PasswordHash};
use super::refresh::{RefreshToken, RefreshTokens};
use super::tokens::{AccessToken, Tokens};
use super::{Caller, VaultError};
use crate::mail::{Letter, Outbox};
use chrono::{DateTime, Utc};
use domain::value::UserId;
use sqlx::{FromRow, PgConnection, PgPool};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use uuid::Uuid;

/// The time in days that a session rests before it is over.
const REST_DAYS: i32 = 30;
/// The most sessions of one person; a further one ends the session that rested longest.
const SESSIONS_MAX: i64 = 50;
/// The time in seconds within which two tabs may show the same refresh token.
const GRACE_SECONDS: f64 = 10.0;
const USER_AGENT_MAX: usize = 256;

/// People's sessions. Cheap to clone.
#[derive(Clone)]
pub struct Sessions {
    pool: PgPool,
    tokens: Arc<Tokens>,
    refresh: RefreshTokens,
    outbox: Outbox,
}

/// The browser or app, and the IP address, that a request comes from.
#[derive(Clone)]
pub struct Device {
    user_agent: String,
    address: IpAddr,
}

/// A session that goes on.
pub struct Opened {
    /// The session's id.
    pub session: Uuid,
    /// The person who is logged in.
    pub user: UserId,
    /// The access token, which requests show.
    pub access: AccessToken,
    /// The refresh token, which is shown for the next access token: a secret, good once.
    pub refresh: String,
}

/// The outcome of showing a refresh token.
pub enum Refreshed {
    /// The session goes on.
    Opened(Opened),
    /// The token had been used long before, so somebody else may have it. The session was ended, and the
    /// person is told by mail.
    Reused,
    /// The token belongs to no session that goes on.
    Unknown,
}

/// A session as its owner sees it.
#[derive(Clone, Debug, FromRow)]
pub struct Session {
    /// The session's id.
    pub id: Uuid,
    /// The name that the browser or app gives itself.
    pub user_agent: String,
    /// The IP address from which the session was last refreshed.
    pub address: String,
    /// The time when the session was opened.
    pub created_at: DateTime<Utc>,
    /// The time when the session was last refreshed.
    pub last_seen_at: DateTime<Utc>,
    /// The time when the session is over unless it is refreshed.
    pub expires_at: DateTime<Utc>,
}

impl Device {
    /// A device with the user agent's printable characters, at most 256, and the request's IP address.
    #[must_use]
    pub fn new(user_agent: &str, address: IpAddr) -> Self {
        let shown = user_agent.chars().filter(|letter| !letter.is_control()).take(USER_AGENT_MAX);
        Self { user_agent: shown.collect(), address: address.to_canonical() }
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Device(…)")
    }
}

impl Sessions {
    pub(super) fn new(pool: PgPool, tokens: Arc<Tokens>, refresh: RefreshTokens, outbox: Outbox) -> Self {
        Self { pool, tokens, refresh, outbox }
    }

    /// Opens a session of a person who has just proved who they are.
    ///
    /// # Errors
    /// The database's.
    pub async fn open(&self, user: UserId, device: &Device) -> Result<Opened, VaultError> {
        let mut tx = self.pool.begin().await?;
        let opened = self.insert(&mut tx, user, device).await?;
        tx.commit().await?;
        Ok(opened)
    }

    /// Opens a session of a person who has just shown that they know the password. Opens none if the password
    /// was changed in between, so that no session outlives the password that opened it.
    ///
    /// # Errors
    /// The database's.
    pub async fn open_knowing(
        &self,
        user: UserId,
        known: &PasswordHash,
        device: &Device,
    ) -> Result<Option<Opened>, VaultError> {
        let mut tx = self.pool.begin().await?;
        let stored: Option<Option<String>> =
            sqlx::query_scalar("select password_hash from vault.accounts where user_id = $1 for share")
                .bind(user.0)
                .fetch_optional(&mut *tx)
                .await?;
        if stored.flatten().as_ref() != Some(&known.0) {
            return Ok(None);
        }
        let opened = self.insert(&mut tx, user, device).await?;
        tx.commit().await?;
        Ok(Some(opened))
    }

    async fn insert(
        &self,
        connection: &mut PgConnection,
        user: UserId,
        device: &Device,
    ) -> Result<Opened, VaultError> {
        let session = Uuid::new_v4();
        let token = self.refresh.first(session);
        sqlx::query(
            "insert into vault.sessions (id, user_id, token_hash, user_agent, address, expires_at)
             values ($1, $2, $3, $4, $5::inet, clock_timestamp() + make_interval(days => $6))",
        )
        .bind(session)
        .bind(user.0)
        .bind(&token.hash()[..])
        .bind(&device.user_agent)
        .bind(device.address.to_string())
        .bind(REST_DAYS)
        .execute(&mut *connection)
        .await?;
        sqlx::query(
            "update vault.sessions set ended_at = clock_timestamp() where id in (
                select id from vault.sessions where user_id = $1 and ended_at is null
                order by last_seen_at desc, id offset $2
             )",
        )
        .bind(user.0)
        .bind(SESSIONS_MAX)
        .execute(connection)
        .await?;
        Ok(self.opened(user, &token))
    }

    /// Exchanges a refresh token for a new pair of tokens; the old refresh token is worth nothing afterwards.
    ///
    /// # Errors
    /// The database's.
    pub async fn refresh(&self, shown: &str, device: &Device) -> Result<Refreshed, VaultError> {
        let Some(token) = self.refresh.parse(shown) else { return Ok(Refreshed::Unknown) };
        let next = self.refresh.next(&token);
        let mut tx = self.pool.begin().await?;
        let rotated: Option<Uuid> = sqlx::query_scalar(
            "update vault.sessions
             set generation = $3, token_hash = $4, rotated_at = clock_timestamp(),
                last_seen_at = clock_timestamp(), user_agent = $5, address = $6::inet,
                expires_at = clock_timestamp() + make_interval(days => $7)
             where id = $1 and token_hash = $2 and ended_at is null and expires_at > clock_timestamp()
             returning user_id",
        )
        .bind(token.session)
        .bind(&token.hash()[..])
        .bind(next.generation)
        .bind(&next.hash()[..])
        .bind(&device.user_agent)
        .bind(device.address.to_string())
        .bind(REST_DAYS)
        .fetch_optional(&mut *tx)
        .await?;
        if let Some(user) = rotated {
            tx.commit().await?;
            return Ok(Refreshed::Opened(self.opened(UserId(user), &next)));
        }
        let found: Option<(Uuid, Vec<u8>, i32, bool, String)> = sqlx::query_as(
            "select user_id, token_hash, generation,
                coalesce(rotated_at > clock_timestamp() - make_interval(secs => $2), false), user_agent
             from vault.sessions
             where id = $1 and ended_at is null and expires_at > clock_timestamp() for update",
        )
        .bind(token.session)
        .bind(GRACE_SECONDS)
        .fetch_optional(&mut *tx)
        .await?;
        let Some((user, newest, generation, just_now, user_agent)) = found else {
            return Ok(Refreshed::Unknown);
        };
        let user = UserId(user);
        if just_now && newest == next.hash() {
            return Ok(Refreshed::Opened(self.opened(user, &next)));
        }
        // The token is one of ours, of a family that goes on with another token.
        if generation <= token.generation {
            return Ok(Refreshed::Unknown);
        }
        sqlx::query("update vault.sessions set ended_at = clock_timestamp() where id = $1")
            .bind(token.session)
            .execute(&mut *tx)
            .await?;
        if let Some((email, language)) = accounts::reach(&mut tx, user).await? {
            let letter = Letter::SessionsEnded { device: device_name(&user_agent) };
            self.outbox.enqueue(&mut tx, &email, language, &letter).await?;
        }
        tx.commit().await?;
        self.outbox.poke();
        self.tokens.end(token.session);
        Ok(Refreshed::Reused)
    }

    /// The person's sessions that go on, the last seen first.
    ///
    /// # Errors
    /// The database's.
    pub async fn of(&self, user: UserId) -> Result<Vec<Session>, VaultError> {
        let sessions = sqlx::query_as(
            "select id, user_agent, host(address) as address, created_at, last_seen_at, expires_at
             from vault.sessions
             where user_id = $1 and ended_at is null and expires_at > clock_timestamp()
             order by last_seen_at desc, id",
        )
        .bind(user.0)
        .fetch_all(&self.pool)
        .await?;
        Ok(sessions)
    }

    /// True if the person logged in from the device's network lately.
    ///
    /// # Errors
    /// The database's.
    pub async fn is_known(&self, user: Option<UserId>, device: &Device) -> Result<bool, VaultError> {
        // A customer of an internet provider has a whole /64 of IPv6, within which their devices move.
        let bits = if device.address.is_ipv4() { 32 } else { 64 };
        let known = sqlx::query_scalar(
            "select exists (
                select 1 from vault.sessions
                where user_id = $1 and address << network(set_masklen($2::inet, $3))
                    or user_id = $1 and address = $2::inet
             )",
        )
        .bind(user.map_or(Uuid::nil(), |user| user.0))
        .bind(device.address.to_string())
        .bind(bits)
        .fetch_one(&self.pool)
        .await?;
        Ok(known)
    }

    /// Ends one of the person's sessions; false if no session with this id goes on.
    ///
    /// # Errors
    /// The database's.
    pub async fn end(&self, user: UserId, session: Uuid) -> Result<bool, VaultError> {
        let ended = sqlx::query(
            "update vault.sessions set ended_at = clock_timestamp()
             where id = $1 and user_id = $2 and ended_at is null and expires_at > clock_timestamp()",
        )
        .bind(session)
        .bind(user.0)
        .execute(&self.pool)
        .await?;
        if ended.rows_affected() > 0 {
            self.tokens.end(session);
        }
        Ok(ended.rows_affected() > 0)
    }

    /// Ends the session of a refresh token that we gave out.
    ///
    /// # Errors
    /// The database's.
    pub async fn end_by(&self, shown: &str) -> Result<(), VaultError> {
        if let Some(token) = self.refresh.parse(shown) {
            sqlx::query(
                "update vault.sessions set ended_at = clock_timestamp() where id = $1 and ended_at is null",
            )
            .bind(token.session)
            .execute(&self.pool)
            .await?;
            self.tokens.end(token.session);
        }
        Ok(())
    }

    /// Ends all of the person's sessions, except `but` if it is named.
    ///
    /// # Errors
    /// The database's.
    pub async fn end_all(&self, user: UserId, but: Option<Uuid>) -> Result<(), VaultError> {
        let mut connection = self.pool.acquire().await?;
        let ended = end_all(&mut connection, user, but).await?;
        self.end_tokens(&ended);
        Ok(())
    }

    /// Makes the access tokens of ended sessions worth nothing in this process; other nodes hear of these
    /// sessions from Postgres.
    pub(super) fn end_tokens(&self, ended: &[Uuid]) {
        ended.iter().for_each(|&session| self.tokens.end(session));
    }

    pub(super) async fn sweep(&self) -> Result<(), VaultError> {
        // Ended sessions stay in the table until their last access tokens are over, and long after.
        sqlx::query(
            "delete from vault.sessions
             where ended_at < clock_timestamp() - interval '7 days'
                or expires_at < clock_timestamp() - interval '7 days'",
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    fn opened(&self, user: UserId, token: &RefreshToken) -> Opened {
        let session = token.session;
        let access = self.tokens.issue(Caller::User { user, session }, None);
        Opened { session, user, access, refresh: self.refresh.text(token) }
    }
}

/// The browser and the system in a few words, taken from the user agent: so that the session's owner knows
/// the device again, no more. The lists' order matters, because most browsers claim to be others, too.
#[must_use]
pub fn device_name(user_agent: &str) -> String {
    const BROWSERS: [(&str, &str); 9] = [
        ("KAKAOTALK", "KakaoTalk"),
        ("NAVER(", "Naver"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Whale/", "Whale"),
        ("Edg", "Edge"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let among = |names: &[(&str, &'static str)]| {
        names.iter().find_map(|(mark, name)| user_agent.contains(mark).then_some(*name))
    };
    match (among(&BROWSERS), among(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => user_agent.split(['/', ' ']).next().unwrap_or_default().chars().take(40).collect(),
    }
}

/// Ends the person's sessions, except `but`, within a transaction; to be followed by [`Sessions::end_tokens`]
/// when the transaction is committed.
pub(super) async fn end_all(
    connection: &mut PgConnection,
    user: UserId,
    but: Option<Uuid>,
) -> Result<Vec<Uuid>, VaultError> {
    let ended = sqlx::query_scalar(
        "update vault.sessions set ended_at = clock_timestamp()
         where user_id = $1 and ended_at is null and id is distinct from $2
         returning id",
    )
    .bind(user.0)
    .bind(but)
    .fetch_all(connection)
    .await?;
    Ok(ended)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_named_so_that_its_owner_knows_it_again() {
        for (user_agent, name) in [
            (
                "Mozilla/5.0 (Linux; Android 14; SM-S918N) AppleWebKit/537.36 (KHTML, like Gecko) \
                 SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
                "Samsung Internet, Android",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like \
                 Gecko) Version/17.4 Mobile/15E148 Safari/604.1",
                "Safari, iPhone",
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox, Linux"),
            ("curl/7.88.1", "curl"),
            ("", ""),
        ] {
            assert_eq!(device_name(user_agent), name);
        }
    }

    #[test]
    fn what_a_browser_says_is_cut_and_holds_no_control_characters() {
        let device = Device::new(&format!("a\u{0}\n{}", "b".repeat(1_000)), [127, 0, 0, 1].into());
        assert_eq!(device.user_agent.len(), USER_AGENT_MAX);
        assert!(!device.user_agent.contains(char::is_control));
    }
}
