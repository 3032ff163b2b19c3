//! The fold of a batch: its net change of tags.

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

/// The net effect of a batch.
#[derive(Debug, Default)]
pub(super) struct TagChanges<'a> {
    /// The posts that are published, edited or deleted within the batch.
    pub(super) posts: BTreeMap<Uuid, TaggedPost<'a>>,
    /// The change of each post's number of likes, where it changes.
    pub(super) likes: BTreeMap<Uuid, i64>,
    /// True for each tag that the person follows in the end, false for each that the person does not.
    pub(super) followed: BTreeMap<(UserId, &'a str), bool>,
    /// The people who were erased: they follow no tag any more; their tags may have become unreadable before
    /// they were read.
    pub(super) erased: BTreeSet<UserId>,
}

/// The outcome of one post by a batch's end.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct TaggedPost<'a> {
    /// The origin, known if the post was published within the batch, so that the tables have no row of it
    /// yet.
    pub(super) origin: Option<Origin>,
    /// The tags by which the post is found; none where it is found by none.
    pub(super) tags: &'a [String],
    /// True if the post is deleted.
    pub(super) deleted: bool,
}

/// The origin of a post, which never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) author_id: UserId,
    /// The time of publication; the original time for posts moved from another service: an old post does not
    /// trend.
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
                // An anonymous post without its origin is never stored, whatever comes later.
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

/// Returns the tags by which a post is found: a post for followers is found by none of its tags.
fn found_by(tags: &[String], followers_only: bool) -> &[String] {
    if followers_only { &[] } else { tags }
}

/// Returns the post that is liked, if the target is a post.
fn post(target: Target) -> Option<Uuid> {
    match target {
        Target::Post(post) => Some(post.0),
        Target::Comment(_) => None,
    }
}
