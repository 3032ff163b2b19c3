//! Routes from the form to the member.

use super::dto::{Confirmation, SignUp, SignUpStarted};
use super::register::{Newcomer, register};
use crate::app::App;
use crate::edge::failure::email_taken;
use crate::edge::member::{Visitor, hourly, language, may_be_written_to};
use crate::edge::path::Id;
use crate::edge::{Fields, Form, Problem, cookies, facts};
use crate::sessions::dto::Session;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::value::{DisplayName, Handle};
use uuid::Uuid;
use vault::accounts::{EmailTaken, NewAccount};
use vault::attempts::Policy;

const FROM_A_NETWORK: Policy = hourly("sign_up_from", 30);
const CODES: Policy = hourly("sign_up_codes", 60);

/// The id of a sign-up in a path.
#[derive(Clone, Copy, Debug)]
pub struct SignUpId(Uuid);

impl std::str::FromStr for SignUpId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl crate::edge::path::InPath for SignUpId {
    const NOT_FOUND: (&'static str, &'static str) = (
        "code_not_found",
        "There is no such sign-up, or it was long ago, or it is complete. Begin anew, or log in.",
    );
}

/// Sign up
///
/// The server sends a code of six digits to the address. If the address has an account already, its owner is
/// told so by mail, and the answer here is the same.
#[utoipa::path(
    post, path = "/v1/sign-ups", tag = "sign-ups",
    request_body = SignUp,
    responses((status = 202, description = "A letter is on its way.", body = SignUpStarted)),
    security(())
)]
pub async fn sign_up(
    State(app): State<App>,
    form: Form<SignUp>,
) -> Result<(StatusCode, Json<SignUpStarted>), Problem> {
    let language = language(form.fields.language.map(Into::into), &form.headers);
    let (new, handle) = form.fields.parse(language)?;
    form.from.may(&app, &FROM_A_NETWORK).await?;
    facts::handle_must_be_free(&app, &handle.key(), None).await?;
    may_be_written_to(&app, &new.email).await?;
    let sent = app.vault.sign_ups.begin(&new).await?;
    Ok((StatusCode::ACCEPTED, Json(sent.into())))
}

/// Have another code sent
///
/// The code before is worth nothing any more. The wait until the next code doubles each time.
#[utoipa::path(
    post, path = "/v1/sign-ups/{id}/code", tag = "sign-ups",
    params(("id" = Uuid, Path, description = "Of the sign-up.")),
    responses((status = 202, description = "A letter is on its way.", body = SignUpStarted)),
    security(())
)]
pub async fn resend_code(
    State(app): State<App>,
    Id(SignUpId(id)): Id<SignUpId>,
    from: Visitor,
) -> Result<(StatusCode, Json<SignUpStarted>), Problem> {
    from.may(&app, &CODES).await?;
    if let Some(email) = app.vault.sign_ups.address(id).await? {
        may_be_written_to(&app, &email).await?;
    }
    let sent = app.vault.sign_ups.resend(id).await??;
    Ok((StatusCode::ACCEPTED, Json(sent.into())))
}

/// Confirm a sign-up by its code
///
/// The person is a member from then on, and logged in. If their handle was taken meanwhile (409,
/// `handle_taken`), the same code with another `handle` does it.
#[utoipa::path(
    post, path = "/v1/sign-ups/{id}/confirmation", tag = "sign-ups",
    params(("id" = Uuid, Path, description = "Of the sign-up.")),
    request_body = Confirmation,
    responses((status = 201, description = "A member, logged in.", body = Session)),
    security(())
)]
pub async fn confirm(
    State(app): State<App>,
    Id(SignUpId(id)): Id<SignUpId>,
    form: Form<Confirmation>,
) -> Result<Response, Problem> {
    let Form { fields, from, headers } = &form;
    let handle = checked_handle(fields)?;
    if fields.use_cookies {
        cookies::must_be_meant(headers, &app.settings.cors)?;
    }
    from.may(&app, &CODES).await?;
    let proved = app.vault.sign_ups.check(id, &fields.code).await??;
    let handle = match handle {
        Some(handle) => handle,
        // The handle was checked when it was typed; rules may have changed since.
        None => {
            let mut errors = Fields::default();
            let parsed = errors.take("/handle", Handle::parse(&proved.handle));
            parsed.ok_or_else(|| errors.problem())?
        }
    };
    let Ok(display_name) = DisplayName::parse(&proved.display_name) else {
        return Err(Problem::internal());
    };
    let newcomer = Newcomer { user: proved.user, handle, display_name, use_cookies: fields.use_cookies };
    let pending = async {
        let account = NewAccount {
            user: proved.user,
            email: Some(&proved.email),
            password: Some(&proved.password),
            language: proved.language,
        };
        match app.vault.accounts.insert_pending(account).await? {
            Ok(()) => Ok(proved.user),
            Err(EmailTaken) => Err(email_taken()),
        }
    };
    let response = register(&app, newcomer, pending, from, headers).await?;
    app.vault.sign_ups.delete(id).await?;
    Ok(response)
}

fn checked_handle(fields: &Confirmation) -> Result<Option<Handle>, Problem> {
    let Some(text) = &fields.handle else { return Ok(None) };
    let mut errors = Fields::default();
    match errors.take("/handle", Handle::parse(text)) {
        Some(handle) => Ok(Some(handle)),
        None => Err(errors.problem()),
    }
}
