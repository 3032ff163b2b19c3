//! The rules of a like.

use super::{Like, LikeCommand, LikeEvent, Target};
use crate::aggregate::{Decide, Refusal, RefusalKind, cqrs_aggregate};

/// The rule that a command broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LikeRefusal {
    /// The post to like is not there.
    #[error("there is no such post, or it was deleted")]
    PostNotFound,
    /// The comment to like is not there.
    #[error("there is no such comment, or it was deleted")]
    CommentNotFound,
}

impl Refusal for LikeRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::PostNotFound => "post_not_found",
            Self::CommentNotFound => "comment_not_found",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::PostNotFound | Self::CommentNotFound => RefusalKind::NotFound,
        }
    }
}

impl Decide for Like {
    const TYPE: &'static str = "like";
    type Command = LikeCommand;
    type Event = LikeEvent;
    type Refusal = LikeRefusal;

    fn decide(&self, command: &LikeCommand) -> Result<Vec<LikeEvent>, LikeRefusal> {
        match *command {
            LikeCommand::Like { user_id, target, target_is_open } => {
                if !target_is_open {
                    return Err(match target {
                        Target::Post(_) => LikeRefusal::PostNotFound,
                        Target::Comment(_) => LikeRefusal::CommentNotFound,
                    });
                }
                Ok(if self.liked { vec![] } else { vec![LikeEvent::Liked { user_id, target }] })
            }
            LikeCommand::Unlike { user_id, target } => {
                Ok(if self.liked { vec![LikeEvent::Unliked { user_id, target }] } else { vec![] })
            }
        }
    }

    fn evolve(&mut self, event: &LikeEvent) {
        match event {
            LikeEvent::Liked { .. } => self.liked = true,
            LikeEvent::Unliked { .. } => self.liked = false,
        }
    }
}

cqrs_aggregate!(Like);
