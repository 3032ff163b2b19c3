//! What a batch changes about tags, net.

use crate::RecordedEvent;
use crate::likes::LikeChanges;
use chrono::{DateTime, Utc};
use domain::Event;
use domain::followed_tags::FollowedTagsEvent;
use domain::like::Target;
use domain::post::PostEvent;
use domain::user::UserEvent;
use domain::value::UserId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

/// A batch's net effect.
#[derive(Debug, Default)]
pub(super) struct TagChanges<'a> {
    /// Posts that are published, edited or deleted within the batch.
    pub(super) posts: BTreeMap<Uuid, TaggedPost<'a>>,
    /// By how much each post's number of likes changes, where it does.
    pub(super) likes: BTreeMap<Uuid, i64>,
    /// Whether the person follows the tag in the end.
    pub(super) followed: BTreeMap<(UserId, &'a str), bool>,
    /// Follow nothing any more: what they followed may have become unreadable before it was read.
    pub(super) erased: BTreeSet<UserId>,
}

/// What becomes of one post by a batch's end.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct TaggedPost<'a> {
    /// Known if it was published within the batch, so that nothing is kept of it yet.
    pub(super) origin: Option<Origin>,
    /// None where it is found by none.
    pub(super) tags: &'a [String],
    /// Whether it is gone.
    pub(super) deleted: bool,
}

/// What never changes about a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) author_id: UserId,
    /// The original time for posts moved from another service: what is old does not trend.
    pub(super) published_at: DateTime<Utc>,
}

impl<'a> TagChanges<'a> {
    pub(super) fn of(events: &'a [Arc<RecordedEvent>]) -> Self {
        let mut changes = Self { likes: LikeChanges::of(events, post).counts, ..Self::default() };
        changes.likes.retain(|_, change| *change != 0);
        for recorded in events {
            match &recorded.event {
                Ok(Event::Post(event)) => changes.post(recorded, event),
                Ok(Event::FollowedTags(FollowedTagsEvent::TagFollowed { user_id, tag })) => {
                    changes.followed.insert((*user_id, tag), true);
                }
                Ok(Event::FollowedTags(FollowedTagsEvent::TagUnfollowed { user_id, tag })) => {
                    changes.followed.insert((*user_id, tag), false);
                }
                Ok(Event::User(UserEvent::PersonErased {})) => {
                    let erased = UserId(recorded.aggregate_id);
                    changes.followed.retain(|(user, _), _| *user != erased);
                    changes.erased.insert(erased);
                }
                Ok(_) | Err(_) => {}
            }
        }
        changes
    }

    fn post(&mut self, recorded: &RecordedEvent, event: &'a PostEvent) {
        let change = self.posts.entry(recorded.aggregate_id).or_default();
        match event {
            PostEvent::PostPublished {
                author_id,
                tags,
                followers_only,
                board,
                original_published_at,
                ..
            } => {
                // Without its origin an anonymous post is never kept, whatever comes later.
                let anonymous = board.is_some_and(|placement| placement.anonymous);
                change.origin = (!anonymous).then(|| Origin {
                    author_id: *author_id,
                    published_at: original_published_at.unwrap_or(recorded.recorded_at),
                });
                change.tags = found_by(tags, *followers_only);
            }
            PostEvent::PostEdited { tags, followers_only, .. } => {
                change.tags = found_by(tags, *followers_only);
            }
            PostEvent::PostDeleted { .. } => *change = TaggedPost { tags: &[], deleted: true, ..*change },
        }
    }
}

/// What is for few is found by none of its tags.
fn found_by(tags: &[String], followers_only: bool) -> &[String] {
    if followers_only { &[] } else { tags }
}

/// The post that is liked, if a post is.
fn post(target: Target) -> Option<Uuid> {
    match target {
        Target::Post(post) => Some(post.0),
        Target::Comment(_) => None,
    }
}
