//! Exports: copies of their own data that people take away. Each person has one at a time, which a job makes
//! and which is there for a week.
//!
//! The files are in the storage, the rows here. A file whose row is gone, or whose row names another file, is
//! swept away.

use super::VaultError;
use super::accounts;
use super::links::{self, Purpose};
use crate::mail::{Letter, Outbox};
use chrono::{DateTime, Utc};
use domain::value::UserId;
use sqlx::{FromRow, PgConnection, PgPool};
use uuid::Uuid;

/// The folder of the files in the storage.
pub const FOLDER: &str = "exports/";

/// People's exports. Cheap to clone.
#[derive(Clone)]
pub struct Exports {
    pool: PgPool,
    outbox: Outbox,
}

/// An export and its progress.
#[derive(Clone, Debug, FromRow)]
pub struct Export {
    /// The export's id, which names its file.
    pub id: Uuid,
    /// The time when the person asked for the export.
    pub asked_at: DateTime<Utc>,
    /// The time when the file was complete; none while it is being made.
    pub made_at: Option<DateTime<Utc>>,
    /// The file's size in bytes.
    pub byte_size: Option<i64>,
}

/// An export to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Waiting {
    /// The person whose export this is.
    pub user_id: Uuid,
    /// The export's id, which names its file.
    pub id: Uuid,
}

impl Export {
    /// The key of the export's file in the storage.
    #[must_use]
    pub fn key(&self, user: UserId) -> String {
        key(user.0, self.id)
    }
}

impl Waiting {
    /// The key in the storage that the export's file is to have.
    #[must_use]
    pub fn key(&self) -> String {
        key(self.user_id, self.id)
    }
}

/// The prefix of the keys of all the person's files.
#[must_use]
pub fn folder_of(user: UserId) -> String {
    format!("{FOLDER}{}/", user.0)
}

fn key(user: Uuid, id: Uuid) -> String {
    format!("{}{id}.zip", folder_of(UserId(user)))
}

impl Exports {
    pub(super) fn new(pool: PgPool, outbox: Outbox) -> Self {
        Self { pool, outbox }
    }

    /// The person's export: the one under way, the one that is there if it is not older than a day, or
    /// another one that is to be made from now on. Where the export is not there yet, the caller must enqueue
    /// a job in the same transaction.
    ///
    /// # Errors
    /// The database's.
    pub async fn ask(&self, connection: &mut PgConnection, user: UserId) -> Result<Export, VaultError> {
        sqlx::query(
            "delete from vault.exports
             where user_id = $1 and made_at < clock_timestamp() - interval '1 day'",
        )
        .bind(user.0)
        .execute(&mut *connection)
        .await?;
        // Older releases take due exports by `next_attempt_at`: `infinity` keeps them from this one, which a
        // job makes.
        let export = sqlx::query_as(
            "insert into vault.exports (user_id, id, next_attempt_at) values ($1, $2, 'infinity')
             on conflict (user_id) do update set user_id = excluded.user_id
             returning id, asked_at, made_at, byte_size",
        )
        .bind(user.0)
        .bind(Uuid::new_v4())
        .fetch_one(connection)
        .await?;
        Ok(export)
    }

    /// The person's export that is to be made, if there is such a one.
    ///
    /// # Errors
    /// The database's.
    pub async fn waiting(&self, user: UserId) -> Result<Option<Waiting>, VaultError> {
        let waiting = "select user_id, id from vault.exports where user_id = $1 and made_at is null";
        Ok(sqlx::query_as(waiting).bind(user.0).fetch_optional(&self.pool).await?)
    }

    /// The people whose exports are to be made.
    ///
    /// # Errors
    /// The database's.
    pub async fn all_waiting(&self) -> Result<Vec<UserId>, VaultError> {
        let waiting = "select user_id from vault.exports where made_at is null";
        let users: Vec<Uuid> = sqlx::query_scalar(waiting).fetch_all(&self.pool).await?;
        Ok(users.into_iter().map(UserId).collect())
    }

    /// Notes that the export's file is there, and puts a letter with a link to it in the queue. False if
    /// nobody wants the export any more, because the person was forgotten meanwhile; the caller must delete
    /// the file then.
    ///
    /// # Errors
    /// The database's; the export is made again then.
    pub async fn made(
        &self,
        waiting: Waiting,
        byte_size: u64,
        link: impl FnOnce(&str) -> String,
    ) -> Result<bool, VaultError> {
        let user = UserId(waiting.user_id);
        let mut tx = self.pool.begin().await?;
        let made = sqlx::query(
            "update vault.exports set made_at = clock_timestamp(), byte_size = $3
             where user_id = $1 and id = $2 and made_at is null",
        )
        .bind(waiting.user_id)
        .bind(waiting.id)
        .bind(i64::try_from(byte_size).unwrap_or(i64::MAX))
        .execute(&mut *tx)
        .await?;
        if made.rows_affected() == 0 {
            return Ok(false);
        }
        if let Some((email, language)) = accounts::reach(&mut tx, user).await? {
            let token = links::issue(&mut tx, Purpose::Export, user).await?;
            let letter = Letter::ExportReady { link: link(&token) };
            self.outbox.enqueue(&mut tx, &email, language, &letter).await?;
        }
        tx.commit().await?;
        self.outbox.poke();
        Ok(true)
    }

    /// The person and the export whose file this link opens; the link works as often as they like while the
    /// file is there.
    ///
    /// # Errors
    /// The database's.
    pub async fn of_link(&self, token: &str) -> Result<Option<(UserId, Export)>, VaultError> {
        let mut connection = self.pool.acquire().await?;
        let Some(user) = links::whose(&mut connection, Purpose::Export, token).await? else {
            return Ok(None);
        };
        let export: Option<Export> = sqlx::query_as(
            "select id, asked_at, made_at, byte_size from vault.exports
             where user_id = $1 and made_at > clock_timestamp() - interval '7 days'",
        )
        .bind(user.0)
        .fetch_optional(&mut *connection)
        .await?;
        Ok(export.map(|export| (user, export)))
    }

    /// Deletes rows whose week is over; their files are swept away after them.
    pub(super) async fn sweep(&self) -> Result<(), VaultError> {
        sqlx::query("delete from vault.exports where made_at < clock_timestamp() - interval '7 days'")
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The keys among these whose files nobody is to have any more.
    ///
    /// # Errors
    /// The database's.
    pub async fn over(&self, keys: Vec<String>) -> Result<Vec<String>, VaultError> {
        let over = sqlx::query_scalar(
            "select key from unnest($1::text[]) as file (key)
             where not exists (
                 select 1 from vault.exports
                 where $2 || user_id || '/' || id || '.zip' = key
                     and coalesce(made_at, asked_at) > clock_timestamp() - interval '7 days'
             )",
        )
        .bind(keys)
        .bind(FOLDER)
        .fetch_all(&self.pool)
        .await?;
        Ok(over)
    }
}
