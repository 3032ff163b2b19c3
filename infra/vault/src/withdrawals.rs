//! Withdrawals: a person leaves at once, and a mailed link undoes it for thirty days.
//!
//! The row comes first, as pending, and counts from the event that hides the person; a sweep completes the
//! rows whose event is there and deletes those whose event never came. From the moment when the person has
//! left, a job waits for the day on which there is no way back.

use super::VaultError;
use super::accounts;
use super::links::{self, Purpose};
use super::sessions::{self, Sessions};
use crate::mail::{Letter, Outbox};
use chrono::{DateTime, TimeDelta, Utc};
use domain::value::UserId;
use futures::future::BoxFuture;
use jobs::{Failure, Job, Queue};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, PgPool};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// The time after which an erasure that an operator began is begun anew, if it did not end.
const CUT_OFF: TimeDelta = TimeDelta::minutes(10);

/// People who have left and may come back. Cheap to clone.
#[derive(Clone)]
pub struct Withdrawals {
    pool: PgPool,
    sessions: Sessions,
    outbox: Outbox,
    queue: Queue,
}

/// The answer to whether a person is to be forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// The person is to be forgotten: there is no way back any more.
    Now,
    /// The person may still come back.
    NotYet,
    /// The person is back, or was forgotten.
    Never,
}

/// The code that forgets people, in all stores.
pub trait Erases: Send + Sync + 'static {
    /// Forgets the person if it is time to (see [`Withdrawals::due`]).
    fn erase_if_due(&self, user: UserId) -> BoxFuture<'_, Result<(), Failure>>;
}

/// The job that forgets a person, once there is no way back.
#[derive(Debug, Serialize, Deserialize)]
pub struct ErasePerson {
    user_id: Uuid,
}

impl Job for ErasePerson {
    const KIND: &'static str = "erase_person";
    /// The tries of some months: nobody is left half forgotten.
    const MAX_ATTEMPTS: i32 = 20_000;
    const LONGEST_PAUSE: Duration = Duration::from_secs(10 * 60);
    type Context = Box<dyn Erases>;

    fn key(&self) -> String {
        self.user_id.to_string()
    }

    async fn run(self, eraser: Arc<Box<dyn Erases>>) -> Result<(), Failure> {
        eraser.erase_if_due(UserId(self.user_id)).await
    }
}

impl Withdrawals {
    pub(super) fn new(pool: PgPool, sessions: Sessions, outbox: Outbox, queue: Queue) -> Self {
        Self { pool, sessions, outbox, queue }
    }

    /// Stores that the person is about to leave; to be followed by the event and by
    /// [`Withdrawals::complete`].
    ///
    /// # Errors
    /// The database's.
    pub async fn begin(&self, user: UserId) -> Result<(), VaultError> {
        sqlx::query(
            "insert into vault.withdrawals as w (user_id) values ($1)
             on conflict (user_id) do update
             set state = 'pending', withdrawn_at = clock_timestamp(), changed_at = clock_timestamp()
             where w.state <> 'erasing'",
        )
        .bind(user.0)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Completes the withdrawal of a person who has left: their sessions end, and a link back is sent to
    /// them. `link` turns the link's token into the address of the page that takes the token.
    ///
    /// # Errors
    /// The database's; the sweep makes up for it.
    pub async fn complete(&self, user: UserId, link: impl FnOnce(&str) -> String) -> Result<(), VaultError> {
        let mut tx = self.pool.begin().await?;
        if !change(&mut tx, user, &["pending"], "active").await? {
            return Ok(());
        }
        let no_way_back: DateTime<Utc> = sqlx::query_scalar(
            "select withdrawn_at + interval '30 days 1 hour' from vault.withdrawals where user_id = $1",
        )
        .bind(user.0)
        .fetch_one(&mut *tx)
        .await?;
        self.queue.schedule(&mut *tx, &ErasePerson { user_id: user.0 }, no_way_back).await?;
        links::revoke(&mut tx, Purpose::PasswordReset, user).await?;
        self.send_link(&mut tx, user, link).await?;
        let ended = sessions::end_all(&mut tx, user, None).await?;
        tx.commit().await?;
        self.outbox.poke();
        self.sessions.end_tokens(&ended);
        Ok(())
    }

    async fn send_link(
        &self,
        connection: &mut PgConnection,
        user: UserId,
        link: impl FnOnce(&str) -> String,
    ) -> Result<(), VaultError> {
        let token = links::issue(&mut *connection, Purpose::ComeBack, user).await?;
        if let Some((email, language)) = accounts::reach(&mut *connection, user).await? {
            let letter = Letter::Withdrawn { link: link(&token) };
            self.outbox.enqueue(connection, &email, language, &letter).await?;
        }
        Ok(())
    }

    /// Sends another link back to a person who has left; false if the person has not left.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn remind(
        &self,
        connection: &mut PgConnection,
        user: UserId,
        link: impl FnOnce(&str) -> String,
    ) -> Result<bool, VaultError> {
        let has_left: bool = sqlx::query_scalar(
            "select exists (select 1 from vault.withdrawals where user_id = $1 and state = 'active')",
        )
        .bind(user.0)
        .fetch_one(&mut *connection)
        .await?;
        if has_left {
            self.send_link(connection, user, link).await?;
        }
        Ok(has_left)
    }

    /// The person who may come back by this link and is about to: to be followed by the event and by
    /// [`Withdrawals::undone`]. The person is not forgotten meanwhile, and the link stays good until then.
    ///
    /// # Errors
    /// The database's.
    pub async fn come_back(&self, token: &str) -> Result<Option<UserId>, VaultError> {
        let mut tx = self.pool.begin().await?;
        let Some(user) = links::whose(&mut tx, Purpose::ComeBack, token).await? else { return Ok(None) };
        let may = change(&mut tx, user, &["pending", "active", "returning"], "returning").await?;
        tx.commit().await?;
        Ok(may.then_some(user))
    }

    /// Deletes the withdrawal of a person who is back: the link is worth nothing any more.
    ///
    /// # Errors
    /// The database's; the sweep makes up for it.
    pub async fn undone(&self, user: UserId) -> Result<(), VaultError> {
        let mut tx = self.pool.begin().await?;
        // The row goes before the link, in the order in which [`Withdrawals::complete`] locks them, or the
        // two might wait for each other.
        sqlx::query("delete from vault.withdrawals where user_id = $1 and state <> 'erasing'")
            .bind(user.0)
            .execute(&mut *tx)
            .await?;
        self.queue.cancel::<ErasePerson>(&mut *tx, &user.0.to_string()).await?;
        links::revoke(&mut tx, Purpose::ComeBack, user).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Stores that the person is to be forgotten, with no way back: a person who has left, or anybody whom an
    /// operator names.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin_erasure(&self, user: UserId) -> Result<(), VaultError> {
        let mut tx = self.pool.begin().await?;
        sqlx::query(
            "insert into vault.withdrawals (user_id, state) values ($1, 'erasing')
             on conflict (user_id) do update set state = 'erasing', changed_at = clock_timestamp()",
        )
        .bind(user.0)
        .execute(&mut *tx)
        .await?;
        self.queue.schedule(&mut *tx, &ErasePerson { user_id: user.0 }, Utc::now() + CUT_OFF).await?;
        links::revoke(&mut tx, Purpose::ComeBack, user).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Begins to forget a person who left more than thirty days ago. A person whose erasure has begun is due
    /// until they are forgotten.
    ///
    /// # Errors
    /// The database's.
    pub async fn due(&self, user: UserId) -> Result<Due, VaultError> {
        let begun =
            sqlx::query(include_str!("sql/due_withdrawal.sql")).bind(user.0).execute(&self.pool).await?;
        if begun.rows_affected() > 0 {
            return Ok(Due::Now);
        }
        let has_begun = "select state = 'erasing' from vault.withdrawals where user_id = $1";
        let has_begun = sqlx::query_scalar(has_begun).bind(user.0).fetch_optional(&self.pool).await?;
        Ok(match has_begun {
            Some(true) => Due::Now,
            Some(false) => Due::NotYet,
            None => Due::Never,
        })
    }

    /// Schedules the job for people to be forgotten who have none, because an older release stored their
    /// rows.
    async fn adopt(&self) -> Result<(), VaultError> {
        let left: Vec<(Uuid, DateTime<Utc>)> = sqlx::query_as(include_str!("sql/adopt_withdrawals.sql"))
            .bind(ErasePerson::KIND)
            .fetch_all(&self.pool)
            .await?;
        for (user_id, due_at) in left {
            self.queue.schedule(&self.pool, &ErasePerson { user_id }, due_at).await?;
        }
        Ok(())
    }

    /// Makes rows agree with the log: completes withdrawals that were cut off, and deletes the rows of people
    /// who have not left.
    pub(super) async fn sweep(&self, link: &impl Fn(&str) -> String) -> Result<(), VaultError> {
        let rows: Vec<(Uuid, String, bool)> =
            sqlx::query_as(include_str!("sql/begun_withdrawals.sql")).fetch_all(&self.pool).await?;
        for (user, state, has_left) in rows {
            let user = UserId(user);
            match (state.as_str(), has_left) {
                (_, false) => self.undone(user).await?,
                ("pending", true) => self.complete(user, link).await?,
                ("returning", true) => {
                    let mut connection = self.pool.acquire().await?;
                    change(&mut connection, user, &["returning"], "active").await?;
                }
                (_, true) => {}
            }
        }
        self.adopt().await
    }
}

/// Changes the row's state from one of `from` to `to`; false if the row was in none of them.
async fn change(
    connection: &mut PgConnection,
    user: UserId,
    from: &[&str],
    to: &str,
) -> Result<bool, VaultError> {
    let changed = sqlx::query(
        "update vault.withdrawals set state = $3, changed_at = clock_timestamp()
         where user_id = $1 and state = any($2)",
    )
    .bind(user.0)
    .bind(from)
    .bind(to)
    .execute(connection)
    .await?;
    Ok(changed.rows_affected() > 0)
}
