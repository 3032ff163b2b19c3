//! Aliases, and the people who have them: each person has another alias under every post, and another for
//! every photo.
//!
//! An alias is random: it tells nothing of its owner, nor that two aliases have the same owner. The alias is
//! made before the first event that bears it; an alias that no event ever bears harms nobody.

use super::VaultError;
use super::digest::RequestHasher;
use domain::alias::{NAMES, with_name};
use domain::value::{MediaId, PostId, UserId};
use sqlx::PgPool;
use std::collections::HashMap;
use uuid::Uuid;

/// The most tries to pick a name where other requests were quicker.
const ATTEMPTS: usize = 32;

/// Aliases and their owners. Cheap to clone.
#[derive(Clone)]
pub struct Aliases {
    pool: PgPool,
    hasher: RequestHasher,
}

/// A photo that was uploaded anonymously, as its owner knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnonymousMedia {
    /// The photo's id.
    pub id: MediaId,
    /// The alias that the photo's events name as its owner.
    pub alias: UserId,
    /// The only post that may show the photo, once a post has shown it.
    pub post_id: Option<PostId>,
}

impl Aliases {
    pub(super) fn new(pool: PgPool, hasher: RequestHasher) -> Self {
        Self { pool, hasher }
    }

    /// The person's alias under the post, if they have one there.
    ///
    /// # Errors
    /// The database's.
    pub async fn of(&self, user: UserId, post: PostId) -> Result<Option<UserId>, VaultError> {
        let alias: Option<Uuid> =
            sqlx::query_scalar("select alias_id from vault.aliases where user_id = $1 and post_id = $2")
                .bind(user.0)
                .bind(post.0)
                .fetch_optional(&self.pool)
                .await?;
        Ok(alias.map(UserId))
    }

    /// The person's alias under each of the posts where they have one.
    ///
    /// # Errors
    /// The database's.
    pub async fn of_many(
        &self,
        user: UserId,
        posts: &[PostId],
    ) -> Result<HashMap<PostId, UserId>, VaultError> {
        let posts: Vec<Uuid> = posts.iter().map(|post| post.0).collect();
        let rows: Vec<(Uuid, Uuid)> = sqlx::query_as(
            "select post_id, alias_id from vault.aliases where user_id = $1 and post_id = any($2)",
        )
        .bind(user.0)
        .bind(posts)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(|(post, alias)| (PostId(post), UserId(alias))).collect())
    }

    /// The person's alias under the post, made now if they had none there.
    ///
    /// # Errors
    /// The database's.
    pub async fn for_post(&self, user: UserId, post: PostId) -> Result<UserId, VaultError> {
        for _ in 0..ATTEMPTS {
            if let Some(alias) = self.of(user, post).await? {
                return Ok(alias);
            }
            self.insert(user, post, None).await?;
        }
        Err(no_name())
    }

    /// The id of a post that the person is about to publish, and their alias under it. For a day, a person
    /// who repeats the request with the same key gets the same two.
    ///
    /// # Errors
    /// The database's.
    pub async fn for_new_post(
        &self,
        user: UserId,
        key: Option<&str>,
    ) -> Result<(PostId, UserId), VaultError> {
        let key_hash = key.map(|key| self.hash(b"anonymous post", user, key));
        for _ in 0..ATTEMPTS {
            if let Some(key_hash) = &key_hash {
                let found: Option<(Uuid, Uuid)> = sqlx::query_as(
                    "select post_id, alias_id from vault.aliases
                     where key_hash = $1 and key_until > clock_timestamp()",
                )
                .bind(key_hash)
                .fetch_optional(&self.pool)
                .await?;
                if let Some((post, alias)) = found {
                    return Ok((PostId(post), UserId(alias)));
                }
                self.delete_old_keys().await?;
            }
            let post = PostId(Uuid::now_v7());
            if let Some(alias) = self.insert(user, post, key_hash.as_deref()).await? {
                return Ok((post, alias));
            }
        }
        Err(no_name())
    }

    async fn insert(
        &self,
        user: UserId,
        post: PostId,
        key_hash: Option<&[u8]>,
    ) -> Result<Option<UserId>, VaultError> {
        let name: i32 = sqlx::query_scalar(include_str!("sql/pick_alias_name.sql"))
            .bind(post.0)
            .bind(i32::from(NAMES))
            .fetch_one(&self.pool)
            .await?;
        // Some people share a name where more than 65,536 names were given under one post, though never an
        // alias.
        let number = u16::try_from(name % (i32::from(u16::MAX) + 1)).unwrap_or_default();
        let alias = UserId(with_name(Uuid::new_v4(), number));
        let inserted = sqlx::query(include_str!("sql/insert_alias.sql"))
            .bind(alias.0)
            .bind(user.0)
            .bind(post.0)
            .bind(name)
            .bind(key_hash)
            .execute(&self.pool)
            .await?;
        Ok((inserted.rows_affected() > 0).then_some(alias))
    }

    /// The person who has the alias; none if nobody has it, or its owner was forgotten.
    ///
    /// # Errors
    /// The database's.
    pub async fn owner(&self, alias: UserId) -> Result<Option<UserId>, VaultError> {
        let owner: Option<Uuid> = sqlx::query_scalar("select user_id from vault.aliases where alias_id = $1")
            .bind(alias.0)
            .fetch_optional(&self.pool)
            .await?;
        Ok(owner.map(UserId))
    }

    /// All aliases of the person, for their own eyes.
    ///
    /// # Errors
    /// The database's.
    pub async fn all_of(&self, user: UserId) -> Result<Vec<UserId>, VaultError> {
        let aliases: Vec<Uuid> =
            sqlx::query_scalar("select alias_id from vault.aliases where user_id = $1 order by post_id")
                .bind(user.0)
                .fetch_all(&self.pool)
                .await?;
        Ok(aliases.into_iter().map(UserId).collect())
    }

    /// The id of a photo that the person is about to upload anonymously, and the alias that is its owner. For
    /// a day, a person who repeats the request with the same key gets the same two.
    ///
    /// # Errors
    /// The database's.
    pub async fn for_new_media(
        &self,
        user: UserId,
        key: Option<&str>,
    ) -> Result<(MediaId, UserId), VaultError> {
        let key_hash = key.map(|key| self.hash(b"anonymous media", user, key));
        for _ in 0..ATTEMPTS {
            if let Some(key_hash) = &key_hash {
                let found: Option<(Uuid, Uuid)> = sqlx::query_as(
                    "select media_id, alias_id from vault.anonymous_media
                     where key_hash = $1 and key_until > clock_timestamp()",
                )
                .bind(key_hash)
                .fetch_optional(&self.pool)
                .await?;
                if let Some((media, alias)) = found {
                    return Ok((MediaId(media), UserId(alias)));
                }
                self.delete_old_keys().await?;
            }
            let (media, alias) = (MediaId(Uuid::now_v7()), UserId(Uuid::new_v4()));
            let inserted = sqlx::query(include_str!("sql/insert_anonymous_media.sql"))
                .bind(media.0)
                .bind(alias.0)
                .bind(user.0)
                .bind(&key_hash)
                .execute(&self.pool)
                .await?;
            if inserted.rows_affected() > 0 {
                return Ok((media, alias));
            }
        }
        Err(no_name())
    }

    /// The photo, if the person uploaded it anonymously.
    ///
    /// # Errors
    /// The database's.
    pub async fn media(&self, user: UserId, media: MediaId) -> Result<Option<AnonymousMedia>, VaultError> {
        let row: Option<(Uuid, Option<Uuid>)> = sqlx::query_as(
            "select alias_id, post_id from vault.anonymous_media where user_id = $1 and media_id = $2",
        )
        .bind(user.0)
        .bind(media.0)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|(alias, post)| anonymous_media(media.0, alias, post)))
    }

    /// All photos that the person uploaded anonymously, for their own eyes.
    ///
    /// # Errors
    /// The database's.
    pub async fn media_of(&self, user: UserId) -> Result<Vec<AnonymousMedia>, VaultError> {
        let rows: Vec<(Uuid, Uuid, Option<Uuid>)> = sqlx::query_as(
            "select media_id, alias_id, post_id from vault.anonymous_media where user_id = $1 order by media_id",
        )
        .bind(user.0)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(|(media, alias, post)| anonymous_media(media, alias, post)).collect())
    }

    /// Lets the post show these photos of the person, and no other post from now on; false if another post
    /// may show one of them already.
    ///
    /// # Errors
    /// The database's.
    pub async fn show_media(
        &self,
        user: UserId,
        media: &[MediaId],
        post: PostId,
    ) -> Result<bool, VaultError> {
        let ids: Vec<Uuid> = media.iter().map(|media| media.0).collect();
        let mut tx = self.pool.begin().await?;
        let shown = sqlx::query(
            "update vault.anonymous_media set post_id = $3
             where user_id = $1 and media_id = any($2) and coalesce(post_id, $3) = $3",
        )
        .bind(user.0)
        .bind(ids)
        .bind(post.0)
        .execute(&mut *tx)
        .await?;
        if usize::try_from(shown.rows_affected()).ok() != Some(media.len()) {
            return Ok(false);
        }
        tx.commit().await?;
        Ok(true)
    }

    pub(super) async fn sweep(&self) -> Result<(), VaultError> {
        self.delete_old_keys().await
    }

    async fn delete_old_keys(&self) -> Result<(), VaultError> {
        for sql in [
            "update vault.aliases set key_hash = null, key_until = null where key_until <= clock_timestamp()",
            "update vault.anonymous_media set key_hash = null, key_until = null
             where key_until <= clock_timestamp()",
        ] {
            sqlx::query(sql).execute(&self.pool).await?;
        }
        Ok(())
    }

    fn hash(&self, what: &[u8], user: UserId, key: &str) -> Vec<u8> {
        self.hasher.hash(&[what, user.0.as_bytes(), key.as_bytes()]).to_vec()
    }
}

fn anonymous_media(media: Uuid, alias: Uuid, post: Option<Uuid>) -> AnonymousMedia {
    AnonymousMedia { id: MediaId(media), alias: UserId(alias), post_id: post.map(PostId) }
}

fn no_name() -> VaultError {
    VaultError::Unavailable("others were quicker to every alias that was tried".into())
}
