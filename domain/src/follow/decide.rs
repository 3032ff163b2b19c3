//! Following's rules.

use super::{Follow, FollowCommand, FollowEvent};
use crate::aggregate::{Decide, Refusal, RefusalKind, cqrs_aggregate};

/// The rule that a command broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FollowRefusal {
    /// Nobody follows themself.
    #[error("nobody can follow themself")]
    FollowsSelf,
    /// The person to follow is not there.
    #[error("there is no such person, or they have left")]
    UserNotFound,
}

impl Refusal for FollowRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::FollowsSelf => "follows_self",
            Self::UserNotFound => "user_not_found",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::FollowsSelf => RefusalKind::Invalid,
            Self::UserNotFound => RefusalKind::NotFound,
        }
    }
}

impl Decide for Follow {
    const TYPE: &'static str = "follow";
    type Command = FollowCommand;
    type Event = FollowEvent;
    type Refusal = FollowRefusal;

    fn decide(&self, command: &FollowCommand) -> Result<Vec<FollowEvent>, FollowRefusal> {
        match *command {
            FollowCommand::Follow { follower_id, followee_id, followee_is_active } => {
                if follower_id == followee_id {
                    return Err(FollowRefusal::FollowsSelf);
                }
                if !followee_is_active {
                    return Err(FollowRefusal::UserNotFound);
                }
                let events = vec![FollowEvent::Followed { follower_id, followee_id }];
                Ok(if self.following { vec![] } else { events })
            }
            FollowCommand::Unfollow { follower_id, followee_id } => {
                let events = vec![FollowEvent::Unfollowed { follower_id, followee_id }];
                Ok(if self.following { events } else { vec![] })
            }
        }
    }

    fn evolve(&mut self, event: &FollowEvent) {
        match event {
            FollowEvent::Followed { .. } => self.following = true,
            FollowEvent::Unfollowed { .. } => self.following = false,
        }
    }
}

cqrs_aggregate!(Follow);
