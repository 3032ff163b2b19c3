//! The rules of a follow.

use super::{Follow, FollowCommand, FollowEvent, Followee};
use crate::aggregate::{Decide, Refusal, RefusalKind, cqrs_aggregate};
use crate::value::UserId;

/// The rule that a command broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FollowRefusal {
    /// The follower and the followee are the same: nobody follows themself.
    #[error("nobody can follow themself")]
    FollowsSelf,
    /// The person to follow is not there.
    #[error("there is no such person, or they have left")]
    UserNotFound,
    /// The follower has blocked the person whom they want to follow.
    #[error("you block this person; unblock them first")]
    Blocked,
    /// The request is not there: nobody asked to follow, or not any more.
    #[error("this person does not ask to follow you, or not any more")]
    RequestNotFound,
}

impl Refusal for FollowRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::FollowsSelf => "follows_self",
            Self::UserNotFound => "user_not_found",
            Self::Blocked => "blocked_by_you",
            Self::RequestNotFound => "follow_request_not_found",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::FollowsSelf => RefusalKind::Invalid,
            Self::UserNotFound | Self::RequestNotFound => RefusalKind::NotFound,
            Self::Blocked => RefusalKind::Conflict,
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
            FollowCommand::Follow { follower_id, followee_id, followee } => {
                self.follow(follower_id, followee_id, followee)
            }
            FollowCommand::Accept { follower_id, followee_id } => {
                if self.following {
                    return Ok(vec![]);
                }
                self.must_be_requested()?;
                Ok(vec![FollowEvent::Followed { follower_id, followee_id }])
            }
            FollowCommand::Refuse { follower_id, followee_id } => {
                self.must_be_requested()?;
                Ok(vec![FollowEvent::FollowRequestRefused { follower_id, followee_id }])
            }
            FollowCommand::Unfollow { follower_id, followee_id } => Ok(match *self {
                Self { following: true, .. } => vec![FollowEvent::Unfollowed { follower_id, followee_id }],
                Self { requested: true, .. } => {
                    vec![FollowEvent::FollowRequestWithdrawn { follower_id, followee_id }]
                }
                Self { .. } => vec![],
            }),
        }
    }

    fn evolve(&mut self, event: &FollowEvent) {
        *self = match event {
            FollowEvent::Followed { .. } => Self { following: true, requested: false },
            FollowEvent::FollowRequested { .. } => Self { following: false, requested: true },
            FollowEvent::FollowRequestWithdrawn { .. }
            | FollowEvent::FollowRequestRefused { .. }
            | FollowEvent::Unfollowed { .. } => Self { following: false, requested: false },
        };
    }
}

cqrs_aggregate!(Follow);

impl Follow {
    fn follow(
        &self,
        follower_id: UserId,
        followee_id: UserId,
        followee: Followee,
    ) -> Result<Vec<FollowEvent>, FollowRefusal> {
        if follower_id == followee_id {
            return Err(FollowRefusal::FollowsSelf);
        }
        if !followee.is_there {
            return Err(FollowRefusal::UserNotFound);
        }
        if followee.is_blocked {
            return Err(FollowRefusal::Blocked);
        }
        Ok(match (self.following, followee.is_private) {
            (true, _) => vec![],
            (false, false) => vec![FollowEvent::Followed { follower_id, followee_id }],
            (false, true) if self.requested => vec![],
            (false, true) => vec![FollowEvent::FollowRequested { follower_id, followee_id }],
        })
    }

    fn must_be_requested(&self) -> Result<(), FollowRefusal> {
        if self.requested { Ok(()) } else { Err(FollowRefusal::RequestNotFound) }
    }
}
