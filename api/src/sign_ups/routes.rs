//! From a form to a member.

use super::dto::{Confirmation, SignUp, SignUpStarted};
use crate::app::App;
use crate::edge::failure::email_taken;
use crate::edge::member::{Visitor, hourly, language, may_be_written_to};
use crate::edge::path::Id;
use crate::edge::{Committed, Fields, Form, Problem, cookies, facts};
use crate::sessions::dto::Session;
use crate::users::dto::{Account, location};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::user::{User, UserCommand};
use domain::value::{Bio, DisplayName, Handle};
use infra::event_store::{CommandError, Envelope};
use infra::vault::accounts::NewAccount;
use infra::vault::attempts::Policy;
use infra::vault::sign_ups::Proved;
use uuid::Uuid;

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
/// Sends a code of six digits to the address. If the address has an account already its owner is told so by
/// mail, and the answer here is the same.
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
    let id = app.vault.sign_ups.begin(&new).await?;
    Ok((StatusCode::ACCEPTED, Json(started(id))))
}

/// Have another code sent
///
/// The one before is worth nothing any more. The wait until the next one doubles each time.
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
    app.vault.sign_ups.resend(id).await??;
    Ok((StatusCode::ACCEPTED, Json(started(id))))
}

fn started(id: Uuid) -> SignUpStarted {
    SignUpStarted { id, code_expires_in_seconds: 600, resend_after_seconds: 30 }
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
        // It was checked when it was typed; rules may have changed since.
        None => {
            let mut errors = Fields::default();
            let parsed = errors.take("/handle", Handle::parse(&proved.handle));
            parsed.ok_or_else(|| errors.problem())?
        }
    };
    register(&app, id, proved, handle, from, headers, fields.use_cookies).await
}

fn checked_handle(fields: &Confirmation) -> Result<Option<Handle>, Problem> {
    let Some(text) = &fields.handle else { return Ok(None) };
    let mut errors = Fields::default();
    match errors.take("/handle", Handle::parse(text)) {
        Some(handle) => Ok(Some(handle)),
        None => Err(errors.problem()),
    }
}

async fn register(
    app: &App,
    id: Uuid,
    proved: Proved,
    handle: Handle,
    from: &Visitor,
    headers: &HeaderMap,
    use_cookies: bool,
) -> Result<Response, Problem> {
    let accounts = &app.vault.accounts;
    let user = proved.user;
    let _turn = app.queue_for_handle(&handle.key()).await;
    facts::handle_must_be_free(app, &handle.key(), Some(user.0)).await?;
    // The vault first: a person whose password was lost in between could never log in.
    let account = NewAccount {
        user,
        email: Some(&proved.email),
        password: Some(&proved.password),
        language: proved.language,
    };
    if accounts.insert_pending(account).await?.is_err() {
        return Err(email_taken());
    }
    let (Ok(display_name), Ok(bio)) = (DisplayName::parse(&proved.display_name), Bio::parse("")) else {
        return Err(Problem::internal());
    };
    let envelope = Envelope {
        actor: None,
        operator: false,
        key: None,
        expected_version: None,
        correlation_id: from.correlation_id,
    };
    let command = UserCommand::Register { handle, display_name, bio };
    let answer = match app.executor.execute::<User>(user.0, command, &envelope).await {
        Ok(answer) => answer,
        Err(refused) => {
            if matches!(refused, CommandError::ClaimTaken { .. }) {
                accounts.forget_pending(user).await?;
            }
            return Err(refused.into());
        }
    };
    accounts.activate(user).await?;
    app.vault.sign_ups.forget(id).await?;
    app.remember(user, answer.position);
    let opened = app.vault.sessions.open(user, &from.device).await?;
    let committed = Committed::of(headers, answer.position);
    let (location, version) = (location(&answer.state.handle), answer.version);
    let session = Session::of(&opened, Account::from(answer), use_cookies);
    let mut response = committed.created(&location, version, session);
    if use_cookies {
        cookies::give(response.headers_mut(), &opened);
    }
    Ok(response)
}
