//! One aggregate's events, read through cqrs-es's repository and folded.

use super::command::{Loaded, StoreError};
use chrono::{DateTime, Utc};
use cqrs_es::persist::{PersistedEventRepository, PersistenceError, SerializedEvent};
use domain::{Decide, Event};
use postgres_es::PostgresEventRepository;
use sqlx::PgPool;
use uuid::Uuid;

/// A reader of streams. Nothing is ever written through it.
pub(super) struct Streams {
    repository: PostgresEventRepository,
}

impl Streams {
    pub(super) fn new(pool: PgPool) -> Self {
        Self { repository: PostgresEventRepository::new(pool).with_tables("streams", "snapshots") }
    }

    /// The aggregate after its events, or after those up to a sequence.
    pub(super) async fn load<A>(&self, id: Uuid, up_to: Option<i64>) -> Result<Loaded<A>, StoreError>
    where
        A: Decide + cqrs_es::Aggregate<Event = <A as Decide>::Event>,
    {
        let events = self.repository.get_events::<A>(&id.to_string()).await.map_err(failure)?;
        let mut loaded = Loaded::<A>::default();
        for event in events {
            if up_to.is_some_and(|last| sequence(&event) > last) {
                break;
            }
            loaded.fold(event)?;
        }
        Ok(loaded)
    }
}

impl<A: Decide> Loaded<A> {
    fn fold(&mut self, stored: SerializedEvent) -> Result<(), StoreError> {
        self.version = sequence(&stored);
        let fact = |name: &str| stored.metadata[name].as_str().unwrap_or_default();
        self.position = fact("position").parse().map_err(unreadable)?;
        let at: DateTime<Utc> = fact("recorded_at").parse().map_err(unreadable)?;
        self.created_at.get_or_insert(at);
        self.updated_at = Some(at);
        let event = Event::decode_of::<A>(&stored.event_type, &stored.event_version, stored.payload);
        self.state.evolve(&event.map_err(unreadable)?);
        Ok(())
    }
}

fn sequence(event: &SerializedEvent) -> i64 {
    i64::try_from(event.sequence).unwrap_or(i64::MAX)
}

fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Unreadable(Box::new(error))
}

fn failure(error: PersistenceError) -> StoreError {
    match error {
        PersistenceError::DeserializationError(_) => StoreError::Unreadable(Box::new(error)),
        PersistenceError::OptimisticLockError
        | PersistenceError::ConnectionError(_)
        | PersistenceError::UnknownError(_) => StoreError::Unavailable(Box::new(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::user::User;
    use serde_json::json;
    use std::error::Error;

    fn stored(event_version: &str) -> SerializedEvent {
        SerializedEvent::new(
            Uuid::nil().to_string(),
            1,
            User::TYPE.to_owned(),
            "UserDeactivated".to_owned(),
            event_version.to_owned(),
            json!({ "type": "UserDeactivated" }),
            json!({ "position": "7", "recorded_at": "2026-01-01T00:00:00Z" }),
        )
    }

    #[test]
    fn no_command_is_decided_on_an_event_of_a_newer_version_even_if_it_fits() {
        assert!(Loaded::<User>::default().fold(stored("1")).is_ok());
        let error = Loaded::<User>::default().fold(stored("2")).expect_err("nobody knows what it means");
        let said = error.source().map(ToString::to_string);
        assert_eq!(said.as_deref(), Some("unknown event UserDeactivated version 2"));
    }
}
