//! A batch of events folded into its net effect.

use crate::ports::{Position, RecordedEvent};
use domain::Event;
use domain::follow::FollowEvent;
use domain::post::{Placement, PostEvent};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// The net effect of a batch.
#[derive(Debug, Default)]
pub struct Batch {
    /// The posts published, in position order.
    pub published: Vec<Published>,
    /// The posts deleted, perhaps in the batch that published them.
    pub deleted: Vec<Uuid>,
    /// True for each pair (follower, followee) that follows in the end, false for each that does not.
    pub follows: HashMap<(Uuid, Uuid), bool>,
    /// The change of each followee's follower count; also when the changes cancel out.
    pub follower_changes: HashMap<Uuid, i64>,
}

/// A published post at its moment in the batch.
#[derive(Debug, PartialEq, Eq)]
pub struct Published {
    pub post_id: Uuid,
    pub author_id: Uuid,
    pub position: Position,
    /// The change of the author's follower count from the batch's beginning to that moment.
    pub follower_change: i64,
}

impl Batch {
    /// Folds events; those that can't be read are not in a batch.
    pub fn fold(events: &[Arc<RecordedEvent>]) -> Self {
        let mut batch = Self::default();
        for recorded in events {
            match &recorded.event {
                Ok(Event::Post(event)) => batch.post(recorded, event),
                Ok(Event::Follow(event)) => batch.follow(event),
                Ok(_) | Err(_) => {}
            }
        }
        batch
    }

    fn post(&mut self, recorded: &RecordedEvent, event: &PostEvent) {
        match event {
            // An anonymous post is on its board only: nobody follows an alias.
            PostEvent::PostPublished { board: Some(Placement { anonymous: true, .. }), .. } => {}
            PostEvent::PostPublished { author_id, .. } => self.published.push(Published {
                post_id: recorded.aggregate_id,
                author_id: author_id.0,
                position: recorded.position,
                follower_change: self.follower_change(author_id.0),
            }),
            PostEvent::PostEdited { .. } => {}
            PostEvent::PostDeleted { .. } => self.deleted.push(recorded.aggregate_id),
        }
    }

    fn follow(&mut self, event: &FollowEvent) {
        let (follower_id, followee_id, follows) = match event {
            FollowEvent::Followed { follower_id, followee_id } => (follower_id.0, followee_id.0, true),
            FollowEvent::Unfollowed { follower_id, followee_id } => (follower_id.0, followee_id.0, false),
            FollowEvent::FollowRequested { .. }
            | FollowEvent::FollowRequestWithdrawn { .. }
            | FollowEvent::FollowRequestRefused { .. } => return,
        };
        self.follows.insert((follower_id, followee_id), follows);
        *self.follower_changes.entry(followee_id).or_default() += if follows { 1 } else { -1 };
    }

    /// Returns the change of a person's follower count in the whole batch, or so far while the batch is
    /// folded.
    pub fn follower_change(&self, user_id: Uuid) -> i64 {
        self.follower_changes.get(&user_id).copied().unwrap_or_default()
    }

    /// Returns the pairs that follow in the end, or those that do not: followers and followees.
    pub fn pairs(&self, follows: bool) -> (Vec<Uuid>, Vec<Uuid>) {
        self.follows.iter().filter(|&(_, &state)| state == follows).map(|(&pair, _)| pair).unzip()
    }
}
