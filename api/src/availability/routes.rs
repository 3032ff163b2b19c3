//! The check whether a handle or an e-mail address is free.

use super::dto::{Availability, Wanted};
use crate::app::App;
use crate::edge::member::hourly;
use crate::edge::{FieldError, Fields, Form, Problem};
use axum::Json;
use axum::extract::State;
use domain::user::HANDLE;
use domain::value::Handle;
use vault::Email;
use vault::attempts::Policy;

/// The limit for handles, which are public anyway.
const HANDLES: Policy = hourly("handle_checks", 120);
/// The limit for addresses: so few checks that addresses can't be harvested.
const EMAILS: Policy = hourly("email_checks", 10);

/// Check whether a handle or an e-mail address is free
///
/// This is a POST, so that no address stands in a URL and thereby in a log. Requests that come too often get
/// 429.
#[utoipa::path(
    post, path = "/v1/availability", tag = "sign-ups",
    request_body = Wanted,
    responses((status = 200, description = "Whether it is free now.", body = Availability)),
    security(())
)]
pub async fn check_availability(
    State(app): State<App>,
    form: Form<Wanted>,
) -> Result<Json<Availability>, Problem> {
    let mut fields = Fields::default();
    let Wanted { handle, email } = &form.fields;
    let available = match (handle, email) {
        (Some(text), None) => {
            let Some(handle) = fields.take("/handle", Handle::parse(text)) else {
                return Err(fields.problem());
            };
            form.from.may(&app, &HANDLES).await?;
            app.executor.claimed(HANDLE, &handle.key()).await?.is_none()
                && !app.vault.handles.is_retired(&handle.key()).await?
        }
        (None, Some(text)) => {
            let Some(email) = fields.take("/email", Email::parse(text)) else {
                return Err(fields.problem());
            };
            form.from.may(&app, &EMAILS).await?;
            app.vault.accounts.of_email(&email).await?.is_none()
        }
        (Some(_), Some(_)) | (None, None) => {
            let detail = "must have either `handle` or `email`";
            return Err(Problem::invalid(vec![FieldError::at("", "one_of_two", detail)]));
        }
    };
    Ok(Json(Availability { available }))
}
