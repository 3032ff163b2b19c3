//! The person who sits at the console.

use super::frame::{Frame, Tab};
use super::text::Text;
use crate::app::App;
use crate::edge::caller::READS_HISTORY;
use crate::edge::language::language;
use crate::edge::{Problem, Staff};
use crate::site::page;
use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::{HeaderValue, StatusCode, Uri, header, request};
use axum::response::Response;
use domain::user::Role;

/// A person who may look. Nobody else gets further than the door.
pub(super) struct Seat {
    pub(super) text: &'static Text,
    pub(super) uri: Uri,
    /// True if the person may change how things stand.
    pub(super) is_admin: bool,
    pub(super) name: String,
}

/// The page with a form to log in, or with the reason why the login is not enough.
#[derive(Template)]
#[template(path = "console/templates/door.html")]
struct Door {
    frame: Frame,
    /// True if a person is logged in and lacks the roles.
    lacks: bool,
    /// True if the access token is over: the session may be renewed.
    is_over: bool,
}

impl FromRequestParts<App> for Seat {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut request::Parts, app: &App) -> Result<Self, Response> {
        let text = Text::of(language(&parts.headers));
        let staff = Staff::of(parts, app).await;
        let admitted = staff.and_then(|staff| staff.must_have_any(&READS_HISTORY).map(|_| staff));
        match admitted {
            Ok(staff) => Ok(Self {
                text,
                uri: parts.uri.clone(),
                is_admin: staff.must_have_any(&[Role::Admin]).is_ok(),
                name: staff.handle().unwrap_or_default().to_owned(),
            }),
            Err(problem) => Err(door(app, text, &problem)),
        }
    }
}

fn door(app: &App, text: &'static Text, problem: &Problem) -> Response {
    let status = problem.status();
    if ![StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&status) {
        return failed(app, Frame::outside(text), problem);
    }
    let door = Door {
        frame: Frame::outside(text),
        lacks: status == StatusCode::FORBIDDEN,
        is_over: problem.code() == "token_expired",
    };
    answer(app, status, &door)
}

/// A page that no browser keeps: a person who goes back after logging out finds the door.
fn answer(app: &App, status: StatusCode, page: &impl Template) -> Response {
    let mut response = page::answer(app, status, page);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[derive(Template)]
#[template(path = "console/templates/broken.html")]
struct Broken {
    frame: Frame,
    title: &'static str,
    detail: String,
    can_be_repeated: bool,
    /// The tab's address.
    back: &'static str,
}

fn failed(app: &App, frame: Frame, problem: &Problem) -> Response {
    let text = frame.text;
    let title = match problem.status() {
        StatusCode::NOT_FOUND => text.not_found,
        StatusCode::BAD_REQUEST => text.wrong,
        _ => text.away,
    };
    let (can_be_repeated, back) = (problem.status().is_server_error(), frame.address());
    let detail = problem.detail().to_owned();
    answer(app, problem.status(), &Broken { frame, title, detail, can_be_repeated, back })
}

impl Seat {
    /// A page, or the problem with it.
    pub(super) fn answer<T: Template>(&self, app: &App, tab: Tab, page: Result<T, Problem>) -> Response {
        match page {
            Ok(page) => answer(app, StatusCode::OK, &page),
            Err(problem) => failed(app, Frame::of(self, tab, ""), &problem),
        }
    }
}
