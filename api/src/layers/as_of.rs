//! A server of the past. Things that have been deleted since are still in its read models, so it answers only
//! people who may read the whole history, and it takes no commands.

use crate::app::App;
use crate::edge::Problem;
use crate::edge::arrival::Bearer;
use crate::edge::caller::{must_not_be_worthless, must_read_history, nobody};
use axum::http::{Method, StatusCode};
use domain::user::User;
use vault::Caller;

/// Returns an error unless the request may be answered.
pub(super) async fn admit(app: &App, bearer: &Bearer, method: &Method, path: &str) -> Result<(), Problem> {
    let is_open = ["/healthz", "/readyz", "/openapi.json", "/v1/ping"].contains(&path)
        || path.starts_with("/docs")
        // Analysts log in here as everywhere.
        || path.starts_with("/v1/sessions");
    if is_open {
        return Ok(());
    }
    if ![Method::GET, Method::HEAD, Method::OPTIONS].contains(method) {
        let detail = "This server shows the past and takes no commands. Send them to one that is live.";
        return Err(Problem::new(StatusCode::METHOD_NOT_ALLOWED, "read_only", detail));
    }
    // The live state of consoles and projections is no part of the past.
    if path.starts_with("/console") || path.starts_with("/v1/projections") {
        let detail = "This server shows the past. Ask one that is live how everything stands.";
        return Err(Problem::not_found("not_of_the_past", detail));
    }
    must_not_be_worthless(bearer)?;
    match bearer {
        Bearer::Known(Caller::Operator) => Ok(()),
        Bearer::Known(Caller::User { user, .. }) => {
            must_read_history(&app.executor.load::<User>(user.0).await?.state)
        }
        Bearer::Absent | Bearer::Expired | Bearer::SessionEnded | Bearer::Invalid => Err(nobody(false)),
    }
}
