//! The rules of a board.

use super::{Board, BoardCommand, BoardEvent};
use crate::aggregate::{Decide, Refusal, RefusalKind, cqrs_aggregate};

/// The rule that a command broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BoardRefusal {
    /// Anonymity stays: authors on the board wrote under an alias, or did not.
    #[error("whether a board is anonymous can't be changed; open another board")]
    AnonymityStays,
    /// The hours are shown by no clock, or the time zone is on no map.
    #[error("hours are two different times of day in a time zone that the IANA knows")]
    Hours,
}

impl Refusal for BoardRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::AnonymityStays => "anonymity_stays",
            Self::Hours => "invalid_hours",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::AnonymityStays => RefusalKind::Conflict,
            Self::Hours => RefusalKind::Invalid,
        }
    }
}

impl Decide for Board {
    const TYPE: &'static str = "board";
    type Command = BoardCommand;
    type Event = BoardEvent;
    type Refusal = BoardRefusal;

    fn decide(&self, command: &BoardCommand) -> Result<Vec<BoardEvent>, BoardRefusal> {
        let BoardCommand::Set { slug, name, description, anonymous, hours, closed } = command;
        if hours.as_ref().is_some_and(|hours| !hours.make_sense()) {
            return Err(BoardRefusal::Hours);
        }
        let before = self.clone().or_built_in(slug.as_str());
        if before.opened && before.anonymous != *anonymous {
            return Err(BoardRefusal::AnonymityStays);
        }
        let after = Self {
            opened: true,
            slug: slug.to_string(),
            name: name.to_string(),
            description: description.to_string(),
            anonymous: *anonymous,
            hours: hours.clone(),
            closed: *closed,
        };
        if after == before {
            return Ok(vec![]);
        }
        let Self { slug, name, description, anonymous, hours, closed, .. } = after;
        let opened = (!self.opened).then(|| BoardEvent::BoardOpened {
            slug,
            name: name.clone(),
            description: description.clone(),
            anonymous,
            hours: hours.clone(),
        });
        let changed =
            (self.opened || closed).then_some(BoardEvent::BoardChanged { name, description, hours, closed });
        Ok(opened.into_iter().chain(changed).collect())
    }

    fn evolve(&mut self, event: &BoardEvent) {
        match event.clone() {
            BoardEvent::BoardOpened { slug, name, description, anonymous, hours } => {
                *self = Self { opened: true, slug, name, description, anonymous, hours, closed: false };
            }
            BoardEvent::BoardChanged { name, description, hours, closed } => {
                self.name = name;
                self.description = description;
                self.hours = hours;
                self.closed = closed;
            }
        }
    }
}

cqrs_aggregate!(Board);
