//! What follows from an event.

use domain::{Decide, Event};
use event_log::event_store::{CommandError, Envelope, Executor, StoreError, Stored};
use futures::future::BoxFuture;
use jobs::Job;
use jobs::queue::Enqueued;
use projections::RecordedEvent;
use std::sync::Arc;
use uuid::Uuid;

/// Where a reaction begins that was never seen before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    /// With what happens from then on.
    AtHead,
    /// With the first event there ever was.
    AtFirst,
}

/// A durable subscription to the log.
pub trait Reaction: Send + Sync + 'static {
    /// Names its checkpoint. For ever: under another name it begins anew.
    fn name(&self) -> &'static str;

    /// The aggregate types whose events it wants.
    fn interests(&self) -> &'static [&'static str];

    /// Where it begins when it is first seen.
    fn begins(&self) -> Begins {
        Begins::AtHead
    }

    /// What follows from an event that happened. Asked again after a crash, so that it must only look, and say the same
    /// then: the effects are done by whoever asks.
    ///
    /// # Errors
    /// What it must look at can't be read now; it is asked again later.
    fn on<'a>(
        &'a self,
        recorded: &'a RecordedEvent,
        event: &'a Event,
    ) -> BoxFuture<'a, Result<Vec<Effect>, StoreError>>;
}

/// One thing that follows from an event.
pub enum Effect {
    /// A job: enqueued exactly once.
    Job(Enqueued),
    /// A command: in the log exactly once, if the reaction does not stand still for a day between the two.
    Command(Command),
}

/// Why a command did not come about.
pub(crate) enum Failed {
    /// The same may succeed later.
    Passing(String),
    /// The same will not succeed.
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

    /// A command of the service's own, in nobody's name. One that is refused parks the event.
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
