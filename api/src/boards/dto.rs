//! Boards as JSON.

use crate::edge::{FieldError, Fields, Problem};
use chrono::{DateTime, NaiveTime, Timelike, Utc};
use domain::board::{self, Board as State, BoardCommand};
use domain::value::{BoardDescription, BoardId, BoardName, Slug};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A board: a place to post.
#[derive(Debug, Serialize, ToSchema)]
pub struct Board {
    /// The board's id, as posts name it in `board_id`.
    pub id: Uuid,
    /// The board's name in addresses.
    #[schema(example = "night")]
    pub slug: String,
    /// The board's name.
    #[schema(example = "심야톡방")]
    pub name: String,
    /// The text that says what the board is for.
    pub description: String,
    /// True if people who write there are known by an alias, another one under every post.
    pub anonymous: bool,
    /// The hours in which anyone may write there; null: always.
    pub hours: Option<Hours>,
    /// True if anyone may write there now.
    pub is_open: bool,
    /// The time when the board opens next, if it is closed now but not for good.
    pub opens_at: Option<DateTime<Utc>>,
    /// True if nothing new can be written there any more.
    pub closed: bool,
}

impl Board {
    /// The board as it stands at `now`.
    #[must_use]
    pub fn of(id: BoardId, board: State, now: DateTime<Utc>) -> Self {
        Self {
            id: id.0,
            is_open: board.is_open(now),
            opens_at: board.opens_at(now),
            slug: board.slug,
            name: board.name,
            description: board.description,
            anonymous: board.anonymous,
            hours: board.hours.map(Hours::of),
            closed: board.closed,
        }
    }
}

/// The hours of each day in which a board is open for writing. It can be read at any hour.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// The local time at which the board opens, `HH:MM`.
    #[schema(example = "22:00")]
    pub opens: String,
    /// The local time at which the board closes, `HH:MM`, perhaps of the next day.
    #[schema(example = "04:00")]
    pub closes: String,
    /// The time zone, as the IANA names it.
    #[schema(example = "Asia/Seoul")]
    pub time_zone: String,
}

impl Hours {
    fn of(hours: board::Hours) -> Self {
        let shown = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        Self { opens: shown(hours.opens), closes: shown(hours.closes), time_zone: hours.time_zone }
    }

    /// Reads the hours. A time that no clock shows is noted in `fields`; the domain judges the rest.
    fn read(&self, fields: &mut Fields) -> Option<board::Hours> {
        let mut minutes = |pointer: &str, text: &str| {
            let time = NaiveTime::parse_from_str(text, "%H:%M").ok().filter(|_| text.len() == 5);
            if time.is_none() {
                fields.add(FieldError::at(pointer, "not_a_time", "must be a time of day such as 22:00"));
            }
            time.and_then(|time| u16::try_from(time.hour() * 60 + time.minute()).ok())
        };
        let (opens, closes) = (minutes("/hours/opens", &self.opens), minutes("/hours/closes", &self.closes));
        Some(board::Hours { opens: opens?, closes: closes?, time_zone: self.time_zone.clone() })
    }
}

/// All of a board, as it is from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetBoard {
    /// The name, 1 to 50 characters in one line.
    #[schema(example = "심야톡방")]
    name: String,
    /// The description, up to 500 characters.
    #[serde(default)]
    description: String,
    /// True if people who write there are known by an alias. This stays as it was when the board was set up.
    anonymous: bool,
    /// The hours in which anyone may write there; always, if left out or null.
    #[serde(default)]
    hours: Option<Hours>,
    /// True if nothing new can be written there any more.
    #[serde(default)]
    closed: bool,
}

impl SetBoard {
    /// Checks every field.
    ///
    /// # Errors
    /// 422 with all fields that are wrong.
    pub fn command(&self, slug: Slug) -> Result<BoardCommand, Problem> {
        let mut fields = Fields::default();
        let name = fields.take("/name", BoardName::parse(&self.name));
        let description = fields.take("/description", BoardDescription::parse(&self.description));
        let hours = self.hours.as_ref().and_then(|hours| hours.read(&mut fields));
        let (Some(name), Some(description), true) = (name, description, fields.is_empty()) else {
            return Err(fields.problem());
        };
        let Self { anonymous, closed, .. } = *self;
        Ok(BoardCommand::Set { slug, name, description, anonymous, hours, closed })
    }
}
