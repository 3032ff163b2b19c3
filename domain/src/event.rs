//! Every event of every aggregate as one type, how stored events are read back, and the state that each leads
//! to.

use crate::aggregate::Decide;
use crate::alias::{Alias, AliasEvent};
use crate::blocklist::{Blocklist, BlocklistEvent};
use crate::board::{Board, BoardEvent};
use crate::comment::{Comment, CommentEvent};
use crate::follow::{Follow, FollowEvent};
use crate::followed_tags::{FollowedTags, FollowedTagsEvent};
use crate::like::{Like, LikeEvent};
use crate::media::{Media, MediaEvent};
use crate::post::{Post, PostEvent};
use crate::search_history::{SearchHistory, SearchHistoryEvent};
use crate::upcast::{UPCASTERS, upcast};
use crate::user::{User, UserEvent};
use crate::view_batch::{ViewBatch, ViewBatchEvent};
use schemars::Schema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

#[cfg(test)]
mod tests;

/// Makes every type and function that has to know all aggregates, from the one list of them.
macro_rules! aggregates {
    ($($(#[$doc:meta])* $name:ident => $event:ident),+ $(,)?) => {
        /// An event of any aggregate.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Event {
            $($(#[$doc])* $name($event)),+
        }

        /// The state of any aggregate after some of its events.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum State {
            $($(#[$doc])* $name($name)),+
        }

        impl Event {
            /// Returns the aggregate's type, which the log stores as `aggregate_type`.
            #[must_use]
            pub fn aggregate_type(&self) -> &'static str {
                match self { $(Self::$name(_) => <$name as Decide>::TYPE),+ }
            }

            /// Returns the event's wire form in today's version.
            ///
            /// # Panics
            /// Never: events are plain data.
            #[must_use]
            pub fn payload(&self) -> Value {
                match self { $(Self::$name(event) => serde_json::to_value(event)),+ }.expect("plain data")
            }

            /// Every event type there is: aggregate type, event type, current version.
            pub fn types() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
                let all = [$((<$name as Decide>::TYPE, $event::TYPES)),+];
                all.into_iter().flat_map(|(aggregate, types)| {
                    types.iter().map(move |&(event_type, version)| (aggregate, event_type, version))
                })
            }

            /// Every aggregate type there is.
            pub fn aggregates() -> &'static [&'static str] {
                &[$(<$name as Decide>::TYPE),+]
            }

            /// Returns for each aggregate a JSON Schema of all its events' wire forms in today's versions,
            /// without references.
            pub(crate) fn wire_forms() -> Vec<(&'static str, Schema)> {
                let inline = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
                vec![$((
                    <$name as Decide>::TYPE,
                    inline.clone().into_generator().into_root_schema_for::<$event>(),
                )),+]
            }

            fn types_of(aggregate_type: &str) -> Option<&'static [(&'static str, &'static str)]> {
                match aggregate_type {
                    $(<$name as Decide>::TYPE => Some($event::TYPES),)+
                    _ => None,
                }
            }

            /// Reads a payload in today's shape, of an aggregate that this build knows.
            fn read(aggregate_type: &str, payload: Value) -> Result<Self, serde_json::Error> {
                match aggregate_type {
                    $(<$name as Decide>::TYPE => serde_json::from_value(payload).map(Self::$name),)+
                    unknown => Err(serde::de::Error::custom(format_args!("no aggregate is a {unknown}"))),
                }
            }
        }

        impl State {
            /// Returns the state before an aggregate's first event; none for an aggregate type that this
            /// build does not know.
            #[must_use]
            pub fn new(aggregate_type: &str) -> Option<Self> {
                match aggregate_type {
                    $(<$name as Decide>::TYPE => Some(Self::$name($name::default())),)+
                    _ => None,
                }
            }

            /// Changes the state to the state after the event; an event of another aggregate changes nothing.
            pub fn evolve(&mut self, event: &Event) {
                match (self, event) {
                    $((Self::$name(state), Event::$name(event)) => state.evolve(event),)+
                    _ => {}
                }
            }

            /// Returns the state as a JSON object.
            ///
            /// # Panics
            /// Never: states are plain data.
            #[must_use]
            pub fn to_json(&self) -> Value {
                match self { $(Self::$name(state) => serde_json::to_value(state)),+ }.expect("plain data")
            }
        }
    };
}

// A new aggregate adds one line.
aggregates! {
    /// A person's account.
    User => UserEvent,
    /// A post.
    Post => PostEvent,
    /// A comment.
    Comment => CommentEvent,
    /// A follow: one person follows another.
    Follow => FollowEvent,
    /// A person's like of a post or comment.
    Like => LikeEvent,
    /// A photo from the announcement of its upload on.
    Media => MediaEvent,
    /// The people whom a person blocks or mutes.
    Blocklist => BlocklistEvent,
    /// The tags that a person follows.
    FollowedTags => FollowedTagsEvent,
    /// The searches that a person has made.
    SearchHistory => SearchHistoryEvent,
    /// A batch of looks at posts.
    ViewBatch => ViewBatchEvent,
    /// A place to post.
    Board => BoardEvent,
    /// An alias: the name of a person who writes anonymously.
    Alias => AliasEvent,
}

/// A stored event that this build can't read.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DecodeError {
    /// The aggregate type was written by a newer build, or by nobody we know.
    #[error("unknown aggregate type {0:?}")]
    UnknownAggregate(String),
    /// The event was written by a newer build: this build knows no such event, or not this version.
    #[error("unknown event {event_type} version {version}")]
    UnknownEvent {
        /// The event type as the log stores it.
        event_type: String,
        /// The version to which this build's steps can bring the event.
        version: String,
    },
    /// The payload is not of the event's shape.
    #[error("event {event_type} version {version} can't be read: {reason}")]
    Payload {
        /// The event type as the log stores it.
        event_type: String,
        /// The version in which the payload was read, after this build's steps.
        version: String,
        /// The error's text from serde.
        reason: String,
    },
}

impl Event {
    /// Reads a stored event, bringing old versions into today's shape.
    ///
    /// # Errors
    /// An aggregate, event type or version that this build does not know, or a payload of another shape.
    pub fn decode(
        aggregate_type: &str,
        event_type: &str,
        version: &str,
        payload: Value,
    ) -> Result<Self, DecodeError> {
        let (version, payload) = Self::in_todays_shape(aggregate_type, event_type, version, payload)?;
        Self::read(aggregate_type, payload)
            .map_err(|error| DecodeError::misshapen(event_type, version, &error))
    }

    /// Reads a stored event of an aggregate whose type the caller knows.
    ///
    /// # Errors
    /// An event type or version that this build does not know, or a payload of another shape.
    pub fn decode_of<A: Decide>(
        event_type: &str,
        version: &str,
        payload: Value,
    ) -> Result<A::Event, DecodeError> {
        let (version, payload) = Self::in_todays_shape(A::TYPE, event_type, version, payload)?;
        serde_json::from_value(payload).map_err(|error| DecodeError::misshapen(event_type, version, &error))
    }

    /// Brings a payload into today's version; returns that version and the payload.
    fn in_todays_shape(
        aggregate_type: &str,
        event_type: &str,
        version: &str,
        payload: Value,
    ) -> Result<(String, Value), DecodeError> {
        let (current, payload) = upcast(UPCASTERS, event_type, version, payload);
        let Some(types) = Self::types_of(aggregate_type) else {
            return Err(DecodeError::UnknownAggregate(aggregate_type.to_owned()));
        };
        // A newer version's payload may fit today's shape and mean something else.
        if !types.contains(&(event_type, current.as_str())) {
            return Err(DecodeError::UnknownEvent { event_type: event_type.to_owned(), version: current });
        }
        Ok((current, payload))
    }
}

impl DecodeError {
    fn misshapen(event_type: &str, version: String, error: &serde_json::Error) -> Self {
        Self::Payload { event_type: event_type.to_owned(), version, reason: error.to_string() }
    }
}
