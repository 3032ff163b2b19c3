//! The fold of a batch: its net change of posts.

use crate::RecordedEvent;
use chrono::{DateTime, Utc};
use domain::Event;
use domain::comment::CommentEvent;
use domain::follow::FollowEvent;
use domain::post::PostEvent;
use domain::value::{BoardId, Photo, PostId, UserId};
use domain::view_batch::{PostViews, ViewBatchEvent};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

/// The net effect of a batch.
#[derive(Debug, Default)]
pub(super) struct PostChanges<'a> {
    /// The contents of the posts that are published or edited within the batch and stand at its end.
    pub(super) written: BTreeMap<PostId, Written<'a>>,
    /// The versions that edits within the batch make, and the first versions of posts that are published in
    /// the batch and edited then.
    pub(super) versions: Vec<Version<'a>>,
    /// The posts deleted within the batch.
    pub(super) deleted: BTreeSet<Uuid>,
    /// The change of each post's number of comments.
    pub(super) comments: BTreeMap<Uuid, i64>,
    /// The change of each post's number of looks.
    pub(super) views: BTreeMap<Uuid, i64>,
    /// True for each pair (follower, followee) that follows in the end, false for each that does not.
    pub(super) follows: BTreeMap<(Uuid, Uuid), bool>,
}

/// The content of one post at a batch's end, in the form in which it goes to the database.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Written<'a> {
    pub(super) post_id: PostId,
    #[serde(flatten)]
    pub(super) origin: Option<Origin>,
    pub(super) title: Option<&'a str>,
    pub(super) text: &'a str,
    pub(super) tags: &'a [String],
    pub(super) mentions: &'a [String],
    pub(super) photos: &'a [Photo],
    pub(super) followers_only: bool,
    pub(super) version: i64,
    pub(super) edited_at: Option<DateTime<Utc>>,
}

/// A version of one post: what it said from some time on.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Version<'a> {
    pub(super) post_id: PostId,
    pub(super) version: i64,
    pub(super) title: Option<&'a str>,
    pub(super) text: &'a str,
    pub(super) tags: &'a [String],
    pub(super) photos: &'a [Photo],
    pub(super) written_at: DateTime<Utc>,
}

impl<'a> Version<'a> {
    fn of(written: &Written<'a>, written_at: DateTime<Utc>) -> Self {
        let &Written { post_id, version, title, text, tags, photos, .. } = written;
        Self { post_id, version, title, text, tags, photos, written_at }
    }
}

/// The origin of a post, which never changes; known if the post was published within the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Origin {
    pub(super) author_id: UserId,
    pub(super) published_at: DateTime<Utc>,
    pub(super) board_id: Option<BoardId>,
    pub(super) anonymous: bool,
}

impl<'a> PostChanges<'a> {
    pub(super) fn of(events: &'a [Arc<RecordedEvent>]) -> Self {
        let mut changes = Self::default();
        for recorded in events {
            match &recorded.event {
                Ok(Event::Post(event)) => changes.post(recorded, event),
                Ok(Event::Comment(event)) => changes.comment(event),
                Ok(Event::Follow(event)) => changes.follow(event),
                Ok(Event::ViewBatch(ViewBatchEvent::ViewsCounted { posts })) => changes.views(posts),
                Ok(_) | Err(_) => {}
            }
        }
        changes
    }

    fn follow(&mut self, event: &FollowEvent) {
        match event {
            FollowEvent::Followed { follower_id, followee_id } => {
                self.follows.insert((follower_id.0, followee_id.0), true);
            }
            FollowEvent::Unfollowed { follower_id, followee_id } => {
                self.follows.insert((follower_id.0, followee_id.0), false);
            }
            FollowEvent::FollowRequested { .. }
            | FollowEvent::FollowRequestWithdrawn { .. }
            | FollowEvent::FollowRequestRefused { .. } => {}
        }
    }

    fn views(&mut self, posts: &[PostViews]) {
        for PostViews { post_id, views } in posts {
            *self.views.entry(post_id.0).or_default() += i64::from(*views);
        }
    }

    fn post(&mut self, recorded: &RecordedEvent, event: &'a PostEvent) {
        let post_id = PostId(recorded.aggregate_id);
        let version = recorded.sequence;
        match event {
            PostEvent::PostPublished {
                author_id,
                title,
                text,
                tags,
                mentions,
                photos,
                followers_only,
                board,
                original_published_at,
            } => {
                let published_at = original_published_at.unwrap_or(recorded.recorded_at);
                let origin = Some(Origin {
                    author_id: *author_id,
                    published_at,
                    board_id: board.map(|placement| placement.board_id),
                    anonymous: board.is_some_and(|placement| placement.anonymous),
                });
                let title = title.as_deref();
                let written = Written {
                    post_id,
                    origin,
                    title,
                    text,
                    tags,
                    mentions,
                    photos,
                    followers_only: *followers_only,
                    version,
                    edited_at: None,
                };
                self.written.insert(post_id, written);
            }
            PostEvent::PostEdited { title, text, tags, mentions, photos, followers_only } => {
                let before = self.written.get(&post_id);
                let origin = before.and_then(|written| written.origin);
                if let (Some(first), Some(origin)) =
                    (before.filter(|first| first.edited_at.is_none()), origin)
                {
                    self.versions.push(Version::of(first, origin.published_at));
                }
                let edited_at = Some(recorded.recorded_at);
                let title = title.as_deref();
                let written = Written {
                    post_id,
                    origin,
                    title,
                    text,
                    tags,
                    mentions,
                    photos,
                    followers_only: *followers_only,
                    version,
                    edited_at,
                };
                self.versions.push(Version::of(&written, recorded.recorded_at));
                self.written.insert(post_id, written);
            }
            PostEvent::PostDeleted { .. } => {
                self.written.remove(&post_id);
                self.versions.retain(|version| version.post_id != post_id);
                self.deleted.insert(post_id.0);
            }
        }
    }

    fn comment(&mut self, event: &CommentEvent) {
        let (post_id, delta) = match *event {
            CommentEvent::CommentWritten { post_id, .. } => (post_id, 1),
            CommentEvent::CommentDeleted { post_id, .. } => (post_id, -1),
            CommentEvent::CommentEdited { .. } => return,
        };
        *self.comments.entry(post_id.0).or_default() += delta;
    }
}
