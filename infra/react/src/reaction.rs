//! Reactions, and the effects that follow from an event.

use domain::{Decide, Event};
use event_log::event_store::{CommandError, Envelope, Executor, StoreError, Stored};
use futures::future::BoxFuture;
use jobs::Job;
use jobs::queue::Enqueued;
use projections::RecordedEvent;
use std::sync::Arc;
use uuid::Uuid;

/// The position at which a reaction begins that was never seen before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    /// The log's head: the reaction sees the events from then on.
    AtHead,
    /// The log's beginning: the reaction sees all events.
    AtFirst,
}

/// A durable subscription to the log.
pub trait Reaction: Send + Sync + 'static {
    /// The reaction's name, which names its checkpoint. It stays for ever: under another name the reaction
    /// begins anew.
    fn name(&self) -> &'static str;

    /// The aggregate types whose events the reaction wants.
    fn interests(&self) -> &'static [&'static str];

    /// The position at which the reaction begins when it is first seen.
    fn begins(&self) -> Begins {
        Begins::AtHead
    }

    /// The effects of an event. After a crash the runner calls this method again, so that the method must
    /// only read, and return the same effects then: the runner does them.
    ///
    /// # Errors
    /// The data that the method must read can't be read now; the runner calls the method again later.
    fn on<'a>(
        &'a self,
        recorded: &'a RecordedEvent,
        event: &'a Event,
    ) -> BoxFuture<'a, Result<Vec<Effect>, StoreError>>;
}

/// One effect of an event.
pub enum Effect {
    /// A job: enqueued exactly once.
    Job(Enqueued),
    /// A command: in the log exactly once, if the reaction does not stand still for a day between the two.
    Command(Command),
}

/// The reason why a command was not executed.
pub(crate) enum Failed {
    /// The same command may succeed later.
    Passing(String),
    /// The same command will not succeed.
    Lasting(String),
}

type Execute = dyn Fn(Executor, Envelope) -> BoxFuture<'static, Result<(), Failed>> + Send + Sync;

/// A command on an aggregate of any type.
#[derive(Clone)]
pub struct Command(Arc<Execute>);

impl Effect {
    /// A job, due at once.
    pub fn job<J: Job>(job: &J) -> Self {
        Self::Job(Enqueued::of(job))
    }

    /// A command of the service's own, in nobody's name. A command that is refused parks the event.
    pub fn command<A: Stored>(id: Uuid, command: <A as Decide>::Command) -> Self
    where
        <A as Decide>::Command: Clone + Send + Sync + 'static,
    {
        Self::Command(Command(Arc::new(move |executor, envelope| {
            let command = command.clone();
            Box::pin(async move {
                match executor.execute::<A>(id, command, &envelope).await {
                    Ok(_) => Ok(()),
                    Err(CommandError::Store(failure)) => Err(Failed::Passing(failure.to_string())),
                    Err(failure @ CommandError::Contention) => Err(Failed::Passing(failure.to_string())),
                    Err(
                        failure @ (CommandError::Refused(_)
                        | CommandError::ClaimTaken { .. }
                        | CommandError::VersionMismatch { .. }
                        | CommandError::KeyReused),
                    ) => Err(Failed::Lasting(failure.to_string())),
                }
            })
        })))
    }
}

impl Command {
    pub(crate) async fn execute(&self, executor: &Executor, envelope: Envelope) -> Result<(), Failed> {
        (self.0)(executor.clone(), envelope).await
    }
}
