//! The rules of a person's followed tags.

use super::{FollowedTags, FollowedTagsCommand, FollowedTagsEvent};
use crate::aggregate::{Decide, Refusal, RefusalKind, cqrs_aggregate};

/// The rule that a command broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FollowedTagsRefusal {
    /// The list is full: the person follows as many tags as they can.
    #[error("100 tags are followed already; leave one first")]
    TooMany,
}

impl Refusal for FollowedTagsRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::TooMany => "too_many_followed_tags",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::TooMany => RefusalKind::Conflict,
        }
    }
}

impl Decide for FollowedTags {
    const TYPE: &'static str = "followed_tags";
    type Command = FollowedTagsCommand;
    type Event = FollowedTagsEvent;
    type Refusal = FollowedTagsRefusal;

    fn decide(&self, command: &FollowedTagsCommand) -> Result<Vec<FollowedTagsEvent>, FollowedTagsRefusal> {
        match command {
            FollowedTagsCommand::Follow { user_id, tag } => {
                let tag = tag.to_string();
                if self.tags.contains(&tag) {
                    return Ok(vec![]);
                }
                if self.tags.len() >= Self::MAX {
                    return Err(FollowedTagsRefusal::TooMany);
                }
                Ok(vec![FollowedTagsEvent::TagFollowed { user_id: *user_id, tag }])
            }
            FollowedTagsCommand::Unfollow { user_id, tag } => {
                let tag = tag.to_string();
                if !self.tags.contains(&tag) {
                    return Ok(vec![]);
                }
                Ok(vec![FollowedTagsEvent::TagUnfollowed { user_id: *user_id, tag }])
            }
        }
    }

    fn evolve(&mut self, event: &FollowedTagsEvent) {
        match event {
            FollowedTagsEvent::TagFollowed { tag, .. } => drop(self.tags.insert(tag.clone())),
            FollowedTagsEvent::TagUnfollowed { tag, .. } => drop(self.tags.remove(tag)),
        }
    }
}

cqrs_aggregate!(FollowedTags);
