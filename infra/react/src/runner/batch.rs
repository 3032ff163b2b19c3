//! One batch: the effects of its events, then the checkpoint.

use super::{Lead, NOTE_WITHIN, Runner, RunnerError};
use crate::checkpoint;
use crate::reaction::{Command, Effect, Failed};
use event_log::event_store::{Envelope, IdempotencyKey};
use jobs::queue::Enqueued;
use projections::{Position, RecordedEvent};
use sqlx::{Connection, PgConnection};
use std::sync::Arc;
use std::time::Instant;
use tracing::{info, warn};
use uuid::Uuid;

/// The effects of a batch's events so far.
#[derive(Default)]
struct Followed {
    jobs: Vec<Enqueued>,
    parked: Vec<(Arc<RecordedEvent>, String)>,
    /// True if a command was executed.
    has_commanded: bool,
    /// The last event that is handled or parked.
    last: Option<Arc<RecordedEvent>>,
}

/// The outcome of one event.
enum EventOutcome {
    /// The event was handled: these jobs follow, and so many commands were executed.
    Handled { jobs: Vec<Enqueued>, commands: usize },
    /// The event can't be handled by this build.
    Unfit(String),
    /// The event may be handled later.
    NotNow(String),
}

impl Runner {
    /// Handles the events, if any, and moves the checkpoint as far as they were handled.
    pub(super) async fn handle(
        &self,
        connection: &mut PgConnection,
        lead: &mut Lead,
        events: &[Arc<RecordedEvent>],
    ) -> Result<(), RunnerError> {
        let mut followed = Followed::default();
        let mut not_now = None;
        for event in events {
            match self.outcome(event).await {
                EventOutcome::Handled { jobs, commands } => {
                    followed.jobs.extend(jobs);
                    followed.has_commanded |= commands > 0;
                }
                EventOutcome::Unfit(error) => {
                    let reaction = self.reaction.name();
                    warn!(reaction, position = event.position, error, "parked an event");
                    followed.parked.push((event.clone(), error));
                }
                EventOutcome::NotNow(reason) => {
                    not_now = Some((event.position, reason));
                    break;
                }
            }
            followed.last = Some(event.clone());
        }
        self.store(connection, lead, followed).await?;
        let Some((position, reason)) = not_now else { return Ok(()) };
        self.note(connection, lead).await?;
        let error = RunnerError::Event { position, reason };
        checkpoint::note_stop(connection, self.reaction.name(), Some(&error.to_string())).await?;
        Err(error)
    }

    /// Finds the effects of an event and executes its commands.
    async fn outcome(&self, recorded: &RecordedEvent) -> EventOutcome {
        let nothing = EventOutcome::Handled { jobs: vec![], commands: 0 };
        if !self.reaction.interests().contains(&recorded.aggregate_type.as_str()) {
            return nothing;
        }
        let event = match &recorded.event {
            Ok(event) => event,
            Err(error) => return EventOutcome::Unfit(error.to_string()),
        };
        let effects = match self.reaction.on(recorded, event).await {
            Ok(effects) => effects,
            Err(failure) => return EventOutcome::NotNow(failure.to_string()),
        };
        let (mut jobs, mut commands) = (vec![], 0);
        for effect in effects {
            match effect {
                Effect::Job(job) => jobs.push(job),
                Effect::Command(command) => match self.execute(recorded, &command, commands).await {
                    Ok(()) => commands += 1,
                    Err(Failed::Passing(reason)) => return EventOutcome::NotNow(reason),
                    Err(Failed::Lasting(error)) => return EventOutcome::Unfit(error),
                },
            }
        }
        EventOutcome::Handled { jobs, commands }
    }

    /// Executes a command; a command that was executed before is known by its key.
    async fn execute(
        &self,
        recorded: &RecordedEvent,
        command: &Command,
        number: usize,
    ) -> Result<(), Failed> {
        // The key has spaces, which no client's key has: no client's key is ever this one.
        let key = format!("reaction {} {} {number}", self.reaction.name(), recorded.position);
        let correlation_id = recorded.correlation_id.as_deref().and_then(|id| Uuid::parse_str(id).ok());
        let envelope = Envelope {
            key: Some(IdempotencyKey { key, request_hash: [0; 32] }),
            correlation_id: correlation_id.unwrap_or_else(Uuid::now_v7),
            ..Envelope::of_service()
        };
        command.execute(&self.context.executor, envelope).await
    }

    /// Enqueues jobs, parks events and moves the checkpoint, all or nothing.
    async fn store(
        &self,
        connection: &mut PgConnection,
        lead: &mut Lead,
        followed: Followed,
    ) -> Result<(), RunnerError> {
        let Followed { jobs, parked, has_commanded, last } = followed;
        let Some(last) = last else { return self.note_if_overdue(connection, lead).await };
        lead.position = last.position;
        if jobs.is_empty() && parked.is_empty() && !has_commanded {
            let since = lead.passed.take().map_or_else(Instant::now, |(_, since)| since);
            lead.passed = Some((last, since));
            return self.note_if_overdue(connection, lead).await;
        }
        let name = self.reaction.name();
        let mut tx = connection.begin().await?;
        if !checkpoint::advance(&mut tx, name, lead.stored, &last).await? {
            tx.rollback().await?;
            return self.follow_checkpoint(connection, lead).await;
        }
        let number = u64::try_from(jobs.len()).unwrap_or(0);
        self.context.queue.enqueue_all(&mut *tx, jobs).await?;
        for (event, error) in &parked {
            checkpoint::park(&mut tx, name, event, error).await?;
        }
        tx.commit().await?;
        self.context.queue.poke();
        metrics::counter!("madang_reaction_jobs_total", "reaction" => name).increment(number);
        (lead.stored, lead.passed) = (last.position, None);
        Ok(())
    }

    async fn note_if_overdue(
        &self,
        connection: &mut PgConnection,
        lead: &mut Lead,
    ) -> Result<(), RunnerError> {
        match &lead.passed {
            Some((_, since)) if since.elapsed() >= NOTE_WITHIN => self.note(connection, lead).await,
            Some(_) | None => Ok(()),
        }
    }

    /// Moves the checkpoint's row to the reaction's position.
    pub(super) async fn note(
        &self,
        connection: &mut PgConnection,
        lead: &mut Lead,
    ) -> Result<(), RunnerError> {
        let Some((last, _)) = lead.passed.take() else { return Ok(()) };
        if !checkpoint::advance(connection, self.reaction.name(), lead.stored, &last).await? {
            return self.follow_checkpoint(connection, lead).await;
        }
        lead.stored = last.position;
        Ok(())
    }

    /// Goes on from where the checkpoint is now: another runner was quicker, or a backup was restored and the events are
    /// not the log's any more.
    async fn follow_checkpoint(
        &self,
        connection: &mut PgConnection,
        lead: &mut Lead,
    ) -> Result<(), RunnerError> {
        self.context.source.invalidate();
        let position = checkpoint::position(connection, self.reaction.name()).await?;
        (lead.position, lead.stored, lead.passed) = (position, position, None);
        Ok(())
    }

    /// Tries parked events again, oldest first; a new build may know what an older one did not.
    pub(super) async fn try_parked(&self, connection: &mut PgConnection) -> Result<(), RunnerError> {
        let name = self.reaction.name();
        let parked = checkpoint::parked(&mut *connection, name).await?;
        if !parked.is_empty() {
            // The parked events may have been mended in the log.
            self.context.source.invalidate();
        }
        for position in parked {
            match self.try_again(connection, position).await? {
                None => info!(reaction = name, position, "handled a parked event"),
                Some(error) => warn!(reaction = name, position, error, "an event stays parked"),
            }
        }
        Ok(())
    }

    /// Tries a parked event again. Returns the reason why it stays parked, or none when it was handled.
    async fn try_again(
        &self,
        connection: &mut PgConnection,
        position: Position,
    ) -> Result<Option<String>, RunnerError> {
        let name = self.reaction.name();
        let events = self.context.source.read_after(position - 1, 1).await?;
        let Some(event) = events.first().filter(|event| event.position == position) else {
            return Ok(Some("it is not in the log".to_owned()));
        };
        match self.outcome(event).await {
            EventOutcome::Handled { jobs, .. } => {
                let mut tx = connection.begin().await?;
                if checkpoint::unpark(&mut tx, name, position).await? {
                    self.context.queue.enqueue_all(&mut *tx, jobs).await?;
                }
                tx.commit().await?;
                self.context.queue.poke();
                Ok(None)
            }
            EventOutcome::Unfit(error) | EventOutcome::NotNow(error) => {
                checkpoint::park(connection, name, event, &error).await?;
                Ok(Some(error))
            }
        }
    }
}
