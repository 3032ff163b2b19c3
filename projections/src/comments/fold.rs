//! The fold of a batch: its net change of comments.

use crate::RecordedEvent;
use chrono::{DateTime, Utc};
use domain::Event;
use domain::comment::CommentEvent;
use domain::post::PostEvent;
use domain::value::{CommentId, PostId, UserId};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

/// The net effect of a batch.
#[derive(Debug, Default)]
pub(super) struct CommentChanges<'a> {
    /// The changes of comments, by comment.
    pub(super) comments: BTreeMap<CommentId, CommentChange<'a>>,
    /// The change of each comment's number of replies.
    pub(super) replies: BTreeMap<Uuid, i64>,
    /// The posts published within the batch and standing at its end, with their authors.
    pub(super) posts: BTreeMap<Uuid, Host>,
    /// The posts deleted within the batch.
    pub(super) deleted_posts: BTreeSet<Uuid>,
}

/// A host: the author of the post that is commented on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Host {
    pub(super) author_id: UserId,
    pub(super) anonymous: bool,
}

/// A comment at a batch's end, in the form in which it goes to the database.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct CommentChange<'a> {
    pub(super) comment_id: CommentId,
    #[serde(flatten)]
    pub(super) origin: Option<Origin>,
    pub(super) text: &'a str,
    pub(super) mentions: &'a [String],
    pub(super) deleted: bool,
    pub(super) version: i64,
    /// The time of the last edit; `None` stays.
    pub(super) edited_at: Option<DateTime<Utc>>,
}

/// The origin of a comment, which never changes; known if the comment was written within the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Origin {
    pub(super) post_id: PostId,
    pub(super) author_id: UserId,
    pub(super) parent_id: Option<CommentId>,
    pub(super) root_id: Option<CommentId>,
    pub(super) anonymous: bool,
    pub(super) written_at: DateTime<Utc>,
}

impl<'a> CommentChanges<'a> {
    pub(super) fn of(events: &'a [Arc<RecordedEvent>]) -> Self {
        let mut changes = Self::default();
        for recorded in events {
            match &recorded.event {
                Ok(Event::Comment(event)) => changes.comment(recorded, event),
                Ok(Event::Post(event)) => changes.post(recorded.aggregate_id, event),
                Ok(_) | Err(_) => {}
            }
        }
        changes
    }

    fn comment(&mut self, recorded: &RecordedEvent, event: &'a CommentEvent) {
        let comment_id = CommentId(recorded.aggregate_id);
        let change = self.comments.entry(comment_id).or_insert(CommentChange {
            comment_id,
            origin: None,
            text: "",
            mentions: &[],
            deleted: false,
            version: 0,
            edited_at: None,
        });
        change.version = recorded.sequence;
        match event {
            CommentEvent::CommentWritten {
                post_id,
                author_id,
                parent_id,
                root_id,
                text,
                mentions,
                anonymous,
            } => {
                change.origin = Some(Origin {
                    post_id: *post_id,
                    author_id: *author_id,
                    parent_id: *parent_id,
                    root_id: *root_id,
                    anonymous: *anonymous,
                    written_at: recorded.recorded_at,
                });
                (change.text, change.mentions) = (text, mentions);
                self.reply(*parent_id, *root_id, 1);
            }
            CommentEvent::CommentEdited { text, mentions } => {
                (change.text, change.mentions) = (text, mentions);
                change.edited_at = Some(recorded.recorded_at);
            }
            CommentEvent::CommentDeleted { parent_id, root_id, .. } => {
                (change.text, change.mentions) = ("", &[]);
                change.deleted = true;
                self.reply(*parent_id, *root_id, -1);
            }
        }
    }

    fn reply(&mut self, parent: Option<CommentId>, root: Option<CommentId>, delta: i64) {
        for answered in BTreeSet::from([parent, root]).into_iter().flatten() {
            *self.replies.entry(answered.0).or_default() += delta;
        }
    }

    fn post(&mut self, post: Uuid, event: &PostEvent) {
        match event {
            PostEvent::PostPublished { author_id, board, .. } => {
                let anonymous = board.is_some_and(|placement| placement.anonymous);
                self.posts.insert(post, Host { author_id: *author_id, anonymous });
            }
            PostEvent::PostEdited { .. } => {}
            PostEvent::PostDeleted { .. } => {
                self.posts.remove(&post);
                self.deleted_posts.insert(post);
            }
        }
    }
}
