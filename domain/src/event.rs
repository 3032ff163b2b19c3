//! Every event of every aggregate as one type, and how stored ones are read back.

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
use serde_json::Value;

#[cfg(test)]
mod tests;

/// An event of any aggregate. A new aggregate adds one variant and one line in [`Event::decode`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// To a person's account.
    User(UserEvent),
    /// To a post.
    Post(PostEvent),
    /// To a comment.
    Comment(CommentEvent),
    /// Between two people.
    Follow(FollowEvent),
    /// Between a person and a thing.
    Like(LikeEvent),
    /// To a photo on its way.
    Media(MediaEvent),
    /// To whom a person keeps away.
    Blocklist(BlocklistEvent),
    /// To the tags that a person follows.
    FollowedTags(FollowedTagsEvent),
    /// To what a person has searched for.
    SearchHistory(SearchHistoryEvent),
    /// To a batch of looks at posts.
    ViewBatch(ViewBatchEvent),
    /// To a place to post.
    Board(BoardEvent),
    /// To what someone is known by who writes anonymously.
    Alias(AliasEvent),
}

/// A stored event that this build can't read.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DecodeError {
    /// Written by a newer build, or by nobody we know.
    #[error("unknown aggregate type {0:?}")]
    UnknownAggregate(String),
    /// Written by a newer build: this one knows no such event, or none of this version.
    #[error("unknown event {event_type} version {version}")]
    UnknownEvent {
        /// As stored.
        event_type: String,
        /// As far as this build can bring it.
        version: String,
    },
    /// The payload is not of the event's shape.
    #[error("event {event_type} version {version} can't be read: {reason}")]
    Payload {
        /// As stored.
        event_type: String,
        /// As stored.
        version: String,
        /// What serde says.
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
        let (current, payload) = upcast(UPCASTERS, event_type, version, payload);
        let types: &[(&str, &str)] = match aggregate_type {
            User::TYPE => UserEvent::TYPES,
            Post::TYPE => PostEvent::TYPES,
            Comment::TYPE => CommentEvent::TYPES,
            Follow::TYPE => FollowEvent::TYPES,
            Like::TYPE => LikeEvent::TYPES,
            Media::TYPE => MediaEvent::TYPES,
            Blocklist::TYPE => BlocklistEvent::TYPES,
            FollowedTags::TYPE => FollowedTagsEvent::TYPES,
            SearchHistory::TYPE => SearchHistoryEvent::TYPES,
            ViewBatch::TYPE => ViewBatchEvent::TYPES,
            Board::TYPE => BoardEvent::TYPES,
            Alias::TYPE => AliasEvent::TYPES,
            unknown => return Err(DecodeError::UnknownAggregate(unknown.to_owned())),
        };
        // What a newer version says may fit today's shape and mean something else.
        if !types.contains(&(event_type, current.as_str())) {
            return Err(DecodeError::UnknownEvent { event_type: event_type.to_owned(), version: current });
        }
        let decoded = match aggregate_type {
            User::TYPE => serde_json::from_value(payload).map(Self::User),
            Post::TYPE => serde_json::from_value(payload).map(Self::Post),
            Comment::TYPE => serde_json::from_value(payload).map(Self::Comment),
            Follow::TYPE => serde_json::from_value(payload).map(Self::Follow),
            Like::TYPE => serde_json::from_value(payload).map(Self::Like),
            Media::TYPE => serde_json::from_value(payload).map(Self::Media),
            Blocklist::TYPE => serde_json::from_value(payload).map(Self::Blocklist),
            FollowedTags::TYPE => serde_json::from_value(payload).map(Self::FollowedTags),
            SearchHistory::TYPE => serde_json::from_value(payload).map(Self::SearchHistory),
            ViewBatch::TYPE => serde_json::from_value(payload).map(Self::ViewBatch),
            Board::TYPE => serde_json::from_value(payload).map(Self::Board),
            Alias::TYPE => serde_json::from_value(payload).map(Self::Alias),
            unknown => return Err(DecodeError::UnknownAggregate(unknown.to_owned())),
        };
        decoded.map_err(|error| DecodeError::Payload {
            event_type: event_type.to_owned(),
            version: current,
            reason: error.to_string(),
        })
    }

    /// Every event type there is: aggregate type, event type, current version.
    pub fn types() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
        fn of<A: Decide>(
            types: &'static [(&'static str, &'static str)],
        ) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
            types.iter().map(|&(event_type, version)| (A::TYPE, event_type, version))
        }
        of::<User>(UserEvent::TYPES)
            .chain(of::<Post>(PostEvent::TYPES))
            .chain(of::<Comment>(CommentEvent::TYPES))
            .chain(of::<Follow>(FollowEvent::TYPES))
            .chain(of::<Like>(LikeEvent::TYPES))
            .chain(of::<Media>(MediaEvent::TYPES))
            .chain(of::<Blocklist>(BlocklistEvent::TYPES))
            .chain(of::<FollowedTags>(FollowedTagsEvent::TYPES))
            .chain(of::<SearchHistory>(SearchHistoryEvent::TYPES))
            .chain(of::<ViewBatch>(ViewBatchEvent::TYPES))
            .chain(of::<Board>(BoardEvent::TYPES))
            .chain(of::<Alias>(AliasEvent::TYPES))
    }
}
