//! The page of how everything stands, kept fresh as one looks.

use super::frame::{Frame, Tab};
use super::seat::Seat;
use crate::app::App;
use crate::backlog::{Backlog, Work};
use crate::edge::Problem;
use crate::read_models::Standings;
use crate::read_models::{Projection, Standing};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "console/templates/state.html")]
struct StatePage {
    frame: Frame,
    standing: Arc<Standing>,
    work: Arc<Work>,
    is_admin: bool,
}

pub(super) async fn state(State(app): State<App>, seat: Seat) -> Response {
    let page = shown(&app, &seat).await;
    seat.answer(&app, Tab::State, page)
}

async fn shown(app: &App, seat: &Seat) -> Result<StatePage, Problem> {
    let frame = Frame::of(seat, Tab::State, "");
    let (standing, work) = (app.part::<Standings>().read(app).await?, app.part::<Backlog>().read(app).await?);
    Ok(StatePage { frame, standing, work, is_admin: seat.is_admin })
}

impl StatePage {
    fn parked(&self) -> impl Iterator<Item = &Projection> {
        self.standing.items.iter().filter(|projection| projection.parked_count > 0)
    }

    fn has_given_up(&self) -> bool {
        self.work.jobs.iter().any(|job| job.given_up > 0)
    }

    /// The progress of a rebuild, in percent.
    fn percent(&self, at: &i64) -> i64 {
        at * 100 / self.standing.head.max(1)
    }
}
