//! Forgetting a person: everything personal of theirs is gone, and the rest of the history stays whole.
//!
//! Features take back what they have of the person ([`crate::personal`]): first what the person made is
//! deleted by events, then what stands between the person and others ends, as the person would have done it,
//! so that every read model drops it by its own rules. Then whatever is classed as personal is masked in the
//! events themselves ([`masking`]), `PersonErased` is appended (which makes every node drop what it keeps in
//! memory, and profiles and cards blank the name), pasts are dropped, the copies in NATS are purged, and the
//! vault's rows go last: until then an erasure that was cut off is begun anew. Each step may be repeated
//! without harm. What the person looked at goes by itself within two days (see [`vault::views`]).

use crate::feature::{DeclaredJob, Feature};
use crate::personal::{ErasedPerson, Personal, TakeBack, TakeBackError};
use crate::wiring::Wiring;
use domain::Event;
use domain::event::State;
use domain::user::{User, UserCommand};
use domain::value::UserId;
use event_log::event_store::{Executor, StoreError};
use event_log::nats::{Nats, NatsError};
use futures::future::BoxFuture;
use history::{masking, past};
use jobs::Failure;
use own::Own;
use photos::s3::Storage;
use sqlx::PgPool;
use std::collections::HashMap;
use std::fmt;
use std::time::Duration;
use tracing::{info, warn};
use uuid::Uuid;
use vault::{Due, ErasePerson, Erases, Vault, VaultError};

mod own;

/// The grace after a person has left: no request but an upload takes longer, so after it none that was begun
/// before is still under way; an upload that ends later is refused.
pub const GRACE: Duration = Duration::from_secs(35);

/// The pause before an erasure that is not due yet is tried again: the person may be on their way back, for
/// example.
const NOT_YET: Duration = Duration::from_secs(600);

/// The feature of erasure.
pub struct Erasure;

impl Feature for Erasure {
    fn personal(&self) -> Personal {
        Personal::NOTHING
    }

    fn jobs(&self) -> Vec<DeclaredJob> {
        vec![DeclaredJob::of::<ErasePerson>(|wiring, _app| Ok(Some(Box::new(Eraser::of(wiring)))))]
    }
}

/// The eraser, which forgets people.
#[derive(Clone)]
pub struct Eraser {
    /// The connections to the log's database.
    pub pool: PgPool,
    /// The executor of the commands that delete what people made.
    pub executor: Executor,
    /// The vault, which holds the rest of a person's data.
    pub vault: Vault,
    /// The connection to NATS, which holds copies of people's events.
    pub nats: Nats,
    /// The storage, which holds the exports that people had made; nothing where no storage is named.
    pub storage: Option<Storage>,
    /// The steps that undo what features have of a person.
    pub take_back: Vec<TakeBack>,
}

/// The reason why a person was not forgotten, or not wholly; the job tries again.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// The log has no such person, and never had.
    #[error("there is no such person")]
    NobodyThere,
    /// The log can't be reached.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// See [`TakeBackError`].
    #[error(transparent)]
    TakeBack(#[from] TakeBackError),
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

/// The counts of what was deleted, now or before, in the order in which it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erased(pub Vec<(&'static str, usize)>);

impl fmt::Display for Erased {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, (plural, count)) in self.0.iter().enumerate() {
            let before = match n {
                0 => "",
                n if n + 1 == self.0.len() => " and ",
                _ => ", ",
            };
            write!(f, "{before}{count} {plural}")?;
        }
        Ok(())
    }
}

impl Eraser {
    /// The eraser of a process with this wiring.
    fn of(wiring: &Wiring) -> Self {
        Self {
            // The pool has no limit of time: what a person made, and what stands between them and others, is
            // found by going through the whole log. Indexes for that would be paid for by every append, and
            // nobody waits here, so there are none.
            pool: wiring.own_pool(2, true),
            executor: wiring.executor.clone(),
            vault: wiring.vault.clone(),
            nats: wiring.nats.clone(),
            storage: wiring.storage.clone(),
            take_back: wiring.take_back.clone(),
        }
    }

    /// Forgets a person. A person who has not left yet leaves now, and is forgotten after `grace`.
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

    /// Does the rest of an erasure, once there is no way back.
    async fn forget(&self, user: UserId, grace: Duration) -> Result<Erased, EraseError> {
        let (executor, pool) = (self.executor.clone(), self.pool.clone());
        let mut person = ErasedPerson { id: user, made: HashMap::new(), executor, pool };
        let state = &self.executor.load::<User>(user.0).await?.state;
        self.vault.sessions.end_all(user, None).await?;
        if state.is_active() {
            person.execute::<User>(user.0, UserCommand::Deactivate).await?;
            tokio::time::sleep(grace).await;
        }
        let own = Own::of(user, &self.pool).await?;
        person.made.clone_from(&own.made);
        let erased = self.undo(&person).await?;
        self.vault.handles.retire(user).await?;
        self.mask(&own).await?;
        self.executor.clear_cache();
        person.execute::<User>(user.0, UserCommand::Erase).await?;
        for past in past::all(&self.pool).await? {
            past::remove(&self.pool, &past).await?;
        }
        self.nats.purge().await?;
        self.vault.forget(user).await?;
        self.clear(&person).await;
        Ok(erased)
    }

    /// Runs the steps of all features: first all deletions, then the ends of whatever else stands.
    async fn undo(&self, person: &ErasedPerson) -> Result<Erased, EraseError> {
        let mut deleted = vec![];
        for part in &self.take_back {
            if let TakeBack::Delete { plural, run } = part {
                deleted.push((*plural, run(person).await?));
            }
        }
        for part in &self.take_back {
            if let TakeBack::End(run) = part {
                run(person).await?;
            }
        }
        Ok(Erased(deleted))
    }

    /// Deletes the person's files, once nothing leads to them any more.
    async fn clear(&self, person: &ErasedPerson) {
        let Some(storage) = &self.storage else { return };
        for part in &self.take_back {
            if let TakeBack::Clear(run) = part
                && let Err(failure) = run(person, storage).await
            {
                // Workers delete such files, too, when the storage is back.
                warn!(%failure, "files of someone who was forgotten are still there");
            }
        }
    }

    /// Masks the person's events in one transaction, so that a rebuild meets all of it or nothing.
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
        // The idempotency keys that the person's programs chose go, too.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_deleted_reads_as_a_list() {
        let erased = |deleted: &[(&'static str, usize)]| Erased(deleted.to_vec()).to_string();
        assert_eq!(
            erased(&[("posts", 3), ("comments", 1), ("photos", 0)]),
            "3 posts, 1 comments and 0 photos"
        );
        assert_eq!(erased(&[("posts", 3), ("photos", 0)]), "3 posts and 0 photos");
    }
}
