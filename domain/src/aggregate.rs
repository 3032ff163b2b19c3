//! The shape of an aggregate: a pure decision and an infallible fold, fitted to cqrs-es.

use cqrs_es::DomainEvent;
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

/// The kind of a refusal: what a refused command tells its sender, apart from the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// The command's target (or something that the target needs) does not exist, or no longer does.
    NotFound,
    /// The command's target exists, and is not the sender's to change.
    Forbidden,
    /// The command collides with what is already so.
    Conflict,
    /// The command can never be right as it stands.
    Invalid,
}

/// A refusal names the rule that a command broke. A refusal is expected, and never logged as an error.
pub trait Refusal: std::error::Error + Send + Sync + 'static {
    /// The refusal's code: stable, machine-readable, snake_case.
    fn code(&self) -> &'static str;
    /// The refusal's kind: how a client should take it.
    fn kind(&self) -> RefusalKind;
}

/// An aggregate's rules. `decide` is pure; `evolve` cannot fail.
pub trait Decide: Default + Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The aggregate's type, which the log stores as `aggregate_type`.
    const TYPE: &'static str;
    /// The command, in the imperative: what a sender asks for.
    type Command: Send + Sync;
    /// The event, in the past tense: what has happened.
    type Event: DomainEvent;
    /// The refusal: the rules that can be broken.
    type Refusal: Refusal;

    /// Returns the events that the command causes on this state; none when the command asks for what is
    /// already so.
    ///
    /// # Errors
    /// The rule that forbids the command.
    fn decide(&self, command: &Self::Command) -> Result<Vec<Self::Event>, Self::Refusal>;

    /// Changes the state to the state after the event.
    fn evolve(&mut self, event: &Self::Event);

    /// Returns the claims of the event, which is about to happen to this aggregate: what the event takes or
    /// gives back among the values that only one aggregate may have. The event store checks and keeps claims
    /// in the transaction that stores the event.
    fn claims(&self, _id: Uuid, _event: &Self::Event) -> Vec<Claim> {
        vec![]
    }
}

/// A change among the values that only one aggregate may have (a handle, for one).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The aggregate takes the value; the event is refused if another aggregate has the value.
    Take {
        /// The kind of value, snake_case.
        kind: &'static str,
        /// The value in the form in which it must be unique.
        value: String,
    },
    /// The aggregate gives the value back: it is free for others from now on.
    Release {
        /// The kind of value, snake_case.
        kind: &'static str,
        /// The value in the form in which it must be unique.
        value: String,
    },
}

/// Fits a [`Decide`] to `cqrs_es::Aggregate`: `handle` only feeds the sink from `decide`.
macro_rules! cqrs_aggregate {
    ($aggregate:ty) => {
        impl cqrs_es::Aggregate for $aggregate {
            const TYPE: &'static str = <Self as $crate::Decide>::TYPE;
            type Command = <Self as $crate::Decide>::Command;
            type Event = <Self as $crate::Decide>::Event;
            type Error = <Self as $crate::Decide>::Refusal;
            type Services = ();

            async fn handle(
                &mut self,
                command: Self::Command,
                _services: &Self::Services,
                sink: &cqrs_es::event_sink::EventSink<Self>,
            ) -> Result<(), Self::Error> {
                for event in $crate::Decide::decide(self, &command)? {
                    sink.write(event, self).await;
                }
                Ok(())
            }

            fn apply(&mut self, event: Self::Event) {
                $crate::Decide::evolve(self, &event);
            }
        }
    };
}
pub(crate) use cqrs_aggregate;

/// Names an event enum's variants as cqrs-es requires: `event_type` and `event_version`.
macro_rules! domain_event {
    ($event:ty { $($variant:ident => $version:literal),+ $(,)? }) => {
        impl cqrs_es::DomainEvent for $event {
            fn event_type(&self) -> String {
                match self { $(Self::$variant { .. } => stringify!($variant)),+ }.to_owned()
            }

            fn event_version(&self) -> String {
                match self { $(Self::$variant { .. } => $version),+ }.to_owned()
            }
        }

        impl $event {
            /// Every event type of this aggregate with its current version.
            pub const TYPES: &'static [(&'static str, &'static str)] =
                &[$((stringify!($variant), $version)),+];
        }
    };
}
pub(crate) use domain_event;
