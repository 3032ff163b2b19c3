//! The target board of a write, read from the log itself, since the board's hours decide.

use crate::app::App;
use crate::edge::path::InPath;
use crate::edge::{FieldError, Problem};
use axum::http::StatusCode;
use chrono::{DateTime, SecondsFormat, Utc};
use domain::board::Board;
use domain::post::{Placement, Where};
use domain::value::{BoardId, Slug};
use std::str::FromStr;

/// A board's name in a path. A text that can be no board's name names no board.
#[derive(Clone, Debug)]
pub struct SlugInPath(pub String);

/// The error of a text that Postgres would not take.
#[derive(Debug)]
pub struct HoldsNul;

impl FromStr for SlugInPath {
    type Err = HoldsNul;

    fn from_str(text: &str) -> Result<Self, HoldsNul> {
        if text.contains('\0') { Err(HoldsNul) } else { Ok(Self(text.to_owned())) }
    }
}

impl InPath for SlugInPath {
    const NOT_FOUND: (&'static str, &'static str) =
        ("board_not_found", "There is no such board. GET /v1/boards lists those there are.");
}

/// A board to write on.
#[derive(Clone, Debug)]
pub struct TargetBoard {
    /// The board's id.
    pub id: BoardId,
    /// The board's state now.
    pub board: Board,
}

impl TargetBoard {
    /// The board that a body names at `/board`.
    ///
    /// # Errors
    /// 404 if there is no such board.
    pub async fn named(app: &App, slug: &str) -> Result<Self, Problem> {
        let found = match Slug::parse(slug) {
            Ok(slug) => {
                let id = BoardId::of(slug.as_str());
                let board = app.executor.load::<Board>(id.0).await?.state.clone().or_built_in(slug.as_str());
                board.opened.then_some(Self { id, board })
            }
            Err(_) => None,
        };
        found.ok_or_else(|| {
            let (code, detail) = SlugInPath::NOT_FOUND;
            let field = FieldError::at("/board", code, "is no board's name in addresses");
            Problem::not_found(code, detail).with_errors(vec![field])
        })
    }

    /// The board that a post stands on.
    ///
    /// # Errors
    /// The store's errors.
    pub async fn of(app: &App, id: BoardId) -> Result<Self, Problem> {
        let night = Board::night().slug;
        let built_in = if id == BoardId::of(&night) { night.as_str() } else { "" };
        let board = app.executor.load::<Board>(id.0).await?.state.clone().or_built_in(built_in);
        Ok(Self { id, board })
    }

    /// The place of a post that is to be published there now.
    #[must_use]
    pub fn at(&self, now: DateTime<Utc>) -> Where {
        let placement = Placement { board_id: self.id, anonymous: self.board.anonymous };
        Where { placement, is_open: self.board.is_open(now) }
    }

    /// The problem of a person who wants to write there while the board is closed.
    #[must_use]
    pub fn closed(&self, now: DateTime<Utc>) -> Problem {
        let Some(opens_at) = self.board.opens_at(now) else {
            return Problem::forbidden(
                "board_closed_for_good",
                "Nothing new can be written on this board. What stands there can be read.",
            );
        };
        let wait = (opens_at - now).num_seconds().max(0).unsigned_abs() + 1;
        let opens_at = opens_at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let detail = format!("The board is closed at this hour; it can be read. It opens at {opens_at}.");
        Problem::new(StatusCode::FORBIDDEN, "board_closed", detail).retry_after(wait)
    }
}
