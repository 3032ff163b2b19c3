//! The rules of a blocklist.

use super::{Blocklist, BlocklistCommand, BlocklistEvent};
use crate::aggregate::{Decide, Refusal, RefusalKind, cqrs_aggregate};
use crate::value::UserId;
use std::collections::BTreeSet;

/// The rule that a command broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlocklistRefusal {
    /// The command's sender and its target are the same: nobody blocks or mutes themself.
    #[error("nobody can block or mute themself")]
    KeepsSelfAway,
    /// The list is full: it has as many people as it can have.
    #[error("2,000 people are kept away already; let some back first")]
    TooMany,
}

impl Refusal for BlocklistRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::KeepsSelfAway => "keeps_self_away",
            Self::TooMany => "too_many_kept_away",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::KeepsSelfAway => RefusalKind::Invalid,
            Self::TooMany => RefusalKind::Conflict,
        }
    }
}

impl Decide for Blocklist {
    const TYPE: &'static str = "blocklist";
    type Command = BlocklistCommand;
    type Event = BlocklistEvent;
    type Refusal = BlocklistRefusal;

    fn decide(&self, command: &BlocklistCommand) -> Result<Vec<BlocklistEvent>, BlocklistRefusal> {
        match *command {
            BlocklistCommand::Block { by, user_id } => {
                add(&self.blocked, by, user_id, BlocklistEvent::PersonBlocked { by, user_id })
            }
            BlocklistCommand::Mute { by, user_id } => {
                add(&self.muted, by, user_id, BlocklistEvent::PersonMuted { by, user_id })
            }
            BlocklistCommand::Unblock { by, user_id } => {
                Ok(remove(&self.blocked, user_id, BlocklistEvent::PersonUnblocked { by, user_id }))
            }
            BlocklistCommand::Unmute { by, user_id } => {
                Ok(remove(&self.muted, user_id, BlocklistEvent::PersonUnmuted { by, user_id }))
            }
        }
    }

    fn evolve(&mut self, event: &BlocklistEvent) {
        match event {
            BlocklistEvent::PersonBlocked { user_id, .. } => drop(self.blocked.insert(*user_id)),
            BlocklistEvent::PersonUnblocked { user_id, .. } => drop(self.blocked.remove(user_id)),
            BlocklistEvent::PersonMuted { user_id, .. } => drop(self.muted.insert(*user_id)),
            BlocklistEvent::PersonUnmuted { user_id, .. } => drop(self.muted.remove(user_id)),
        }
    }
}

cqrs_aggregate!(Blocklist);

fn add(
    among: &BTreeSet<UserId>,
    by: UserId,
    user_id: UserId,
    event: BlocklistEvent,
) -> Result<Vec<BlocklistEvent>, BlocklistRefusal> {
    if by == user_id {
        return Err(BlocklistRefusal::KeepsSelfAway);
    }
    if among.contains(&user_id) {
        return Ok(vec![]);
    }
    if among.len() >= Blocklist::MAX {
        return Err(BlocklistRefusal::TooMany);
    }
    Ok(vec![event])
}

fn remove(among: &BTreeSet<UserId>, user_id: UserId, event: BlocklistEvent) -> Vec<BlocklistEvent> {
    if among.contains(&user_id) { vec![event] } else { vec![] }
}
