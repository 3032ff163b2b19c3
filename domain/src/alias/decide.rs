//! The rules of an alias: the edge knows who may look up the author, and every look is recorded.

use super::{Alias, AliasCommand, AliasEvent};
use crate::aggregate::{Decide, Refusal, RefusalKind, cqrs_aggregate};

/// No rule can be broken here: the type has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AliasRefusal {}

impl Refusal for AliasRefusal {
    fn code(&self) -> &'static str {
        match *self {}
    }

    fn kind(&self) -> RefusalKind {
        match *self {}
    }
}

impl Decide for Alias {
    const TYPE: &'static str = "alias";
    type Command = AliasCommand;
    type Event = AliasEvent;
    type Refusal = AliasRefusal;

    fn decide(&self, command: &AliasCommand) -> Result<Vec<AliasEvent>, AliasRefusal> {
        let AliasCommand::Reveal { moderator_id, reason } = command;
        Ok(vec![AliasEvent::AuthorRevealed { moderator_id: *moderator_id, reason: reason.to_string() }])
    }

    fn evolve(&mut self, event: &AliasEvent) {
        match event {
            AliasEvent::AuthorRevealed { .. } => self.looked_up += 1,
        }
    }
}

cqrs_aggregate!(Alias);
