//! Forgetting a person: everything personal of theirs is gone, and the rest of the history stays whole.
//!
//! Their posts and comments are deleted by events, their likes, follows and blocks taken back, and their searches
//! forgotten, as they would have done it, so that every read model drops them by its own rules. Then whatever is classed
//! as personal is masked in the events themselves ([`masking`]), `PersonErased` is appended (which makes every node drop
//! what it keeps in memory, and profiles and cards blank the name), pasts are dropped, the copies in NATS are purged,
//! and the vault's rows go last: until then what was cut off is begun anew. Each step may be repeated without harm. What
//! they looked at goes by itself within two days (see [`vault::views`]).

use crate::feature::{DeclaredJob, Feature};
use crate::wiring::Wiring;
use domain::blocklist::{Blocklist, BlocklistCommand};
use domain::comment::{Comment, CommentCommand};
use domain::event::State;
use domain::follow::{Follow, FollowCommand, FollowEvent};
use domain::like::{Like, LikeCommand, LikeEvent};
use domain::media::{Media, MediaCommand, RemoveReason};
use domain::post::{Post, PostCommand};
use domain::search_history::{SearchHistory, SearchHistoryCommand};
use domain::user::{User, UserCommand};
use domain::value::{BlocklistId, FollowId, LikeId, MediaId, SearchHistoryId, UserId};
use domain::{Decide, Event, RefusalKind};
use event_log::event_store::{CommandError, Envelope, Executor, StoreError, Stored};
use event_log::nats::{Nats, NatsError};
use futures::TryStreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use history::{masking, past};
use jobs::Failure;
use own::Own;
use photos::media::delete_files;
use photos::s3::{Storage, StorageError};
use serde_json::Value;
use sqlx::PgPool;
use std::time::Duration;
use tracing::{info, warn};
use uuid::Uuid;
use vault::{Due, ErasePerson, Erases, Vault, VaultError, exports};

mod own;

/// No request but an upload takes longer, so after it nothing that was begun before someone left is still under way;
/// an upload that ends later is refused.
pub const GRACE: Duration = Duration::from_secs(35);

/// How many deletions are on their way at once.
const AT_ONCE: usize = 32;

/// How soon it is looked again whether someone's time has come: they are on their way back, say.
const NOT_YET: Duration = Duration::from_secs(600);

/// This feature.
pub struct Erasure;

impl Feature for Erasure {
    fn jobs(&self) -> Vec<DeclaredJob> {
        vec![DeclaredJob::of::<ErasePerson>(|wiring, _app| Ok(Some(Box::new(Eraser::of(wiring)))))]
    }
}

/// Forgets people.
#[derive(Clone)]
pub struct Eraser {
    /// The log's database.
    pub pool: PgPool,
    /// Deletes what they wrote.
    pub executor: Executor,
    /// Where the rest of it is.
    pub vault: Vault,
    /// Holds copies of their events.
    pub nats: Nats,
    /// Holds what they had put together to take away; nothing where no storage is named.
    pub storage: Option<Storage>,
}

/// A person was not forgotten, or not all of them; the job tries again.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// There never was such a person.
    #[error("there is no such person")]
    NobodyThere,
    /// The log can't be reached.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A rule of the domain forbids it.
    #[error("{0}")]
    Refused(String),
    /// See [`VaultError`].
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// See [`NatsError`]. Copies of events may be left there until they are purged or too old.
    #[error(transparent)]
    Nats(#[from] NatsError),
    /// The database can't be reached.
    #[error("the database can't be reached")]
    Database(#[from] sqlx::Error),
}

/// What was forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erased {
    /// Deleted now or before, and masked.
    pub posts: usize,
    /// Deleted now or before, and masked.
    pub comments: usize,
    /// Removed now or before.
    pub photos: usize,
}

impl Eraser {
    /// As a process that is wired so does.
    fn of(wiring: &Wiring) -> Self {
        Self {
            // What a person made and what stands between them and others is found by going through the whole log. Indexes
            // that lead there would be paid for by every append, and nobody waits here: so there are none, and no limit of
            // time ends the questions.
            pool: wiring.own_pool(2, true),
            executor: wiring.executor.clone(),
            vault: wiring.vault.clone(),
            nats: wiring.nats.clone(),
            storage: wiring.storage.clone(),
        }
    }

    /// Forgets a person. Who has not left yet does so now, and is forgotten after `grace`.
    ///
    /// # Errors
    /// See [`EraseError`].
    pub async fn erase(&self, user: UserId, grace: Duration) -> Result<Erased, EraseError> {
        let state = &self.executor.load::<User>(user.0).await?.state;
        if !state.registered {
            return Err(EraseError::NobodyThere);
        }
        self.vault.withdrawals.begin_erasure(user).await?;
        self.forget(user, grace).await
    }

    /// The rest of it, once there is no way back.
    async fn forget(&self, user: UserId, grace: Duration) -> Result<Erased, EraseError> {
        let state = &self.executor.load::<User>(user.0).await?.state;
        self.vault.sessions.end_all(user, None).await?;
        if state.is_active() {
            self.execute::<User>(user.0, UserCommand::Deactivate).await?;
            tokio::time::sleep(grace).await;
        }
        let own = Own::of(user, &self.pool).await?;
        let Own { posts, comments, media, .. } = &own;
        self.delete::<Post>(posts, PostCommand::Delete { by: user }).await?;
        self.delete::<Comment>(comments, CommentCommand::Delete { by: user }).await?;
        self.delete::<Media>(media, MediaCommand::Remove { reason: RemoveReason::Erased }).await?;
        self.take_back(user).await?;
        self.vault.handles.retire(user).await?;
        self.mask(&own).await?;
        self.executor.clear_cache();
        self.execute::<User>(user.0, UserCommand::Erase).await?;
        for past in past::all(&self.pool).await? {
            past::remove(&self.pool, &past).await?;
        }
        self.nats.purge().await?;
        self.vault.forget(user).await?;
        if let Some(storage) = &self.storage
            && let Err(failure) = clear(storage, user, media).await
        {
            // Workers do so, too, when the storage is back.
            warn!(%failure, "files of someone who was forgotten are still there");
        }
        Ok(Erased { posts: posts.len(), comments: comments.len(), photos: media.len() })
    }

    /// Nobody likes, follows, blocks or searches who is not there any more.
    async fn take_back(&self, user: UserId) -> Result<(), EraseError> {
        let standing: Vec<(String, String, String, Value)> =
            sqlx::query_as(include_str!("erasure/standing_of.sql"))
                .bind(user.to_string())
                .fetch_all(&self.pool)
                .await?;
        for some in standing.chunks(AT_ONCE) {
            let undone = FuturesUnordered::new();
            for (aggregate_type, event_type, version, payload) in some {
                let event = Event::decode(aggregate_type, event_type, version, payload.clone());
                undone.push(self.undo(event.map_err(|error| StoreError::Unreadable(Box::new(error)))?));
            }
            undone.try_collect::<()>().await?;
        }
        let id = BlocklistId::of(user).0;
        let Blocklist { blocked, muted } = self.executor.load::<Blocklist>(id).await?.state.clone();
        for user_id in blocked {
            self.execute::<Blocklist>(id, BlocklistCommand::Unblock { by: user, user_id }).await?;
        }
        for user_id in muted {
            self.execute::<Blocklist>(id, BlocklistCommand::Unmute { by: user, user_id }).await?;
        }
        let clear = SearchHistoryCommand::Clear { user_id: user };
        self.execute::<SearchHistory>(SearchHistoryId::of(user).0, clear).await
    }

    /// Anything else does not stand.
    async fn undo(&self, event: Event) -> Result<(), EraseError> {
        if let Event::Like(LikeEvent::Liked { user_id, target }) = event {
            let id = LikeId::of(user_id, target).0;
            self.execute::<Like>(id, LikeCommand::Unlike { user_id, target }).await?;
        } else if let Event::Follow(
            FollowEvent::Followed { follower_id, followee_id }
            | FollowEvent::FollowRequested { follower_id, followee_id },
        ) = event
        {
            let id = FollowId::of(follower_id, followee_id).0;
            self.execute::<Follow>(id, FollowCommand::Unfollow { follower_id, followee_id }).await?;
        }
        Ok(())
    }

    async fn delete<A: Stored>(&self, ids: &[Uuid], command: <A as Decide>::Command) -> Result<(), EraseError>
    where
        <A as Decide>::Command: Clone,
    {
        for some in ids.chunks(AT_ONCE) {
            let deletions = FuturesUnordered::new();
            for &id in some {
                deletions.push(self.execute::<A>(id, command.clone()));
            }
            deletions.try_collect::<()>().await?;
        }
        Ok(())
    }

    /// What is not there any more need not be deleted.
    async fn execute<A: Stored>(&self, id: Uuid, command: <A as Decide>::Command) -> Result<(), EraseError> {
        use domain::Refusal;
        match self.executor.execute::<A>(id, command, &Envelope::of_service()).await {
            Ok(_) => Ok(()),
            Err(CommandError::Refused(refusal)) if refusal.kind() == RefusalKind::NotFound => Ok(()),
            Err(CommandError::Store(error)) => Err(error.into()),
            Err(other) => Err(EraseError::Refused(other.to_string())),
        }
    }

    /// In one transaction, so that a rebuild meets all of it or nothing.
    async fn mask(&self, own: &Own) -> Result<(), EraseError> {
        let mut tx = self.pool.begin().await?;
        for aggregate_type in Event::aggregates() {
            if let Some(sql) = masking::mask(aggregate_type)
                && let Some(ids) = State::new(aggregate_type).and_then(|state| own.streams(&state))
            {
                let ids: Vec<_> = ids.iter().map(Uuid::to_string).collect();
                sqlx::query(&sql).bind(ids).execute(&mut *tx).await?;
            }
        }
        // Keys that the person's programs chose.
        sqlx::query("delete from commands where person = $1")
            .bind(own.user.to_string())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }
}

impl Erases for Eraser {
    fn erase_if_due(&self, user: UserId) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(async move {
            match self.vault.withdrawals.due(user).await.map_err(EraseError::from)? {
                Due::Now => {
                    self.forget(user, GRACE).await?;
                    info!("someone who left was forgotten");
                    Ok(())
                }
                Due::NotYet => Err(Failure::wait("they may still come back", NOT_YET)),
                Due::Never => Ok(()),
            }
        })
    }
}

impl From<EraseError> for Failure {
    fn from(error: EraseError) -> Self {
        Self::retry("someone who left could not be forgotten yet").because(error)
    }
}

/// Their files, once nothing leads to them any more.
async fn clear(storage: &Storage, user: UserId, media: &[Uuid]) -> Result<(), StorageError> {
    storage.delete_folder(&exports::folder_of(user)).await?;
    for &id in media {
        delete_files(storage, MediaId(id)).await?;
    }
    Ok(())
}
