//! Given logs, for tests of folds.

use crate::RecordedEvent;
use chrono::{DateTime, Utc};
use domain::Event;
use domain::blocklist::BlocklistEvent;
use domain::comment::CommentEvent;
use domain::follow::FollowEvent;
use domain::followed_tags::FollowedTagsEvent;
use domain::like::LikeEvent;
use domain::post::PostEvent;
use domain::search_history::SearchHistoryEvent;
use domain::user::UserEvent;
use domain::value::{
    BlocklistId, CommentId, FollowId, FollowedTagsId, LikeId, PostId, SearchHistoryId, UserId,
};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// Makes a log of these events of aggregate number n: positions from 1, sequences by aggregate, one event a
/// second. Follows and likes find their aggregate themselves.
pub(crate) fn log(events: Vec<(u128, Event)>) -> Vec<Arc<RecordedEvent>> {
    let mut sequences: HashMap<(&str, Uuid), i64> = HashMap::new();
    let record = |(at, (number, event)): (usize, (u128, Event))| {
        let (aggregate_type, aggregate_id) = aggregate(number, &event);
        let sequence = sequences.entry((aggregate_type, aggregate_id)).or_default();
        *sequence += 1;
        let position = at as i64 + 1;
        Arc::new(RecordedEvent {
            position,
            aggregate_type: aggregate_type.to_owned(),
            aggregate_id,
            sequence: *sequence,
            event_type: String::new(),
            event: Ok(event),
            recorded_at: second(position),
            correlation_id: None,
        })
    };
    events.into_iter().enumerate().map(record).collect()
}

/// Returns the time at which the event at this position was recorded.
pub(crate) fn second(position: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000 + position, 0).expect("in range")
}

/// Returns the id of aggregate number n.
pub(crate) fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

#[allow(clippy::wildcard_enum_match_arm, reason = "an aggregate whose id follows from others is named")]
fn aggregate(number: u128, event: &Event) -> (&'static str, Uuid) {
    match event {
        Event::User(_) => ("user", id(number)),
        Event::Post(_) => ("post", id(number)),
        Event::Comment(_) => ("comment", id(number)),
        Event::Media(_) => ("media", id(number)),
        Event::Blocklist(
            BlocklistEvent::PersonBlocked { by, .. }
            | BlocklistEvent::PersonUnblocked { by, .. }
            | BlocklistEvent::PersonMuted { by, .. }
            | BlocklistEvent::PersonUnmuted { by, .. },
        ) => ("blocklist", BlocklistId::of(*by).0),
        Event::FollowedTags(
            FollowedTagsEvent::TagFollowed { user_id, .. } | FollowedTagsEvent::TagUnfollowed { user_id, .. },
        ) => ("followed_tags", FollowedTagsId::of(*user_id).0),
        Event::SearchHistory(
            SearchHistoryEvent::SearchRemembered { user_id, .. }
            | SearchHistoryEvent::SearchForgotten { user_id, .. }
            | SearchHistoryEvent::SearchesCleared { user_id },
        ) => ("search_history", SearchHistoryId::of(*user_id).0),
        Event::Follow(
            FollowEvent::Followed { follower_id, followee_id }
            | FollowEvent::FollowRequested { follower_id, followee_id }
            | FollowEvent::FollowRequestWithdrawn { follower_id, followee_id }
            | FollowEvent::FollowRequestRefused { follower_id, followee_id }
            | FollowEvent::Unfollowed { follower_id, followee_id },
        ) => ("follow", FollowId::of(*follower_id, *followee_id).0),
        Event::Like(LikeEvent::Liked { user_id, target } | LikeEvent::Unliked { user_id, target }) => {
            ("like", LikeId::of(*user_id, *target).0)
        }
        other => (other.aggregate_type(), id(number)),
    }
}

/// Returns the registration of a person.
pub(crate) fn registered(handle: &str) -> Event {
    let (handle, display_name) = (handle.to_owned(), handle.to_uppercase());
    Event::User(UserEvent::UserRegistered { handle, display_name, bio: String::new() })
}

/// Returns the publication of a post by person number `author`.
pub(crate) fn published(author: u128, text: &str, tags: &[&str]) -> Event {
    Event::Post(PostEvent::PostPublished {
        author_id: UserId(id(author)),
        title: None,
        text: text.to_owned(),
        tags: tags.iter().map(ToString::to_string).collect(),
        mentions: vec![],
        photos: vec![],
        followers_only: false,
        board: None,
        original_published_at: None,
    })
}

/// Returns the edit of a post.
pub(crate) fn edited(text: &str, tags: &[&str]) -> Event {
    Event::Post(PostEvent::PostEdited {
        title: None,
        text: text.to_owned(),
        tags: tags.iter().map(ToString::to_string).collect(),
        mentions: vec![],
        photos: vec![],
        followers_only: false,
    })
}

/// Returns the deletion of a post of person number `author`.
pub(crate) fn deleted(author: u128) -> Event {
    Event::Post(PostEvent::PostDeleted { author_id: UserId(id(author)) })
}

/// Returns a comment by person number `author` on post number `post`, answering these comments.
pub(crate) fn commented(post: u128, author: u128, parent: Option<u128>, root: Option<u128>) -> Event {
    Event::Comment(CommentEvent::CommentWritten {
        post_id: PostId(id(post)),
        author_id: UserId(id(author)),
        parent_id: parent.map(|number| CommentId(id(number))),
        root_id: root.map(|number| CommentId(id(number))),
        text: "said".to_owned(),
        mentions: vec![],
        anonymous: false,
    })
}

/// Returns the deletion of such a comment.
pub(crate) fn uncommented(post: u128, author: u128, parent: Option<u128>, root: Option<u128>) -> Event {
    Event::Comment(CommentEvent::CommentDeleted {
        post_id: PostId(id(post)),
        author_id: UserId(id(author)),
        parent_id: parent.map(|number| CommentId(id(number))),
        root_id: root.map(|number| CommentId(id(number))),
    })
}
