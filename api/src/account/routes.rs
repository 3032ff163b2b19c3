//! The routes of the private side of one's own account.

use super::dto::{ChangeAccount, Code, NewEmail, NewPhone, PrivateAccount};
use crate::app::App;
use crate::edge::member::{hourly, may, may_be_written_to, must_know_password};
use crate::edge::{Fields, Member, MemberForm, Problem, Visitor};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use vault::attempts::Policy;
use vault::{Email, Phone};

const EMAIL_CHANGES: Policy = hourly("email_changes", 5);
/// The limit of codes by SMS: each costs money.
const PHONE_CODES: Policy = hourly("phone_codes", 5);
const PHONE_CODES_TO: Policy = hourly("phone_codes_to", 5);
const PHONE_CODES_FROM: Policy = hourly("phone_codes_from", 20);

/// Read the private side of one's own account
#[utoipa::path(
    get, path = "/v1/me/account", tag = "account",
    responses((status = 200, description = "As it is now.", body = PrivateAccount)),
    security(("bearer" = []))
)]
pub async fn get_account(State(app): State<App>, member: Member) -> Result<Json<PrivateAccount>, Problem> {
    Ok(Json(PrivateAccount::of(app.vault.accounts.details(member.id).await?, &member.person.user)))
}

/// Change details of one's own account
///
/// All details are optional, and shown to nobody else.
#[utoipa::path(
    patch, path = "/v1/me/account", tag = "account",
    request_body = ChangeAccount,
    responses((status = 200, description = "Changed.", body = PrivateAccount)),
    security(("bearer" = []))
)]
pub async fn change_account(
    State(app): State<App>,
    MemberForm { member, fields, .. }: MemberForm<ChangeAccount>,
) -> Result<Json<PrivateAccount>, Problem> {
    app.vault.accounts.change_details(member.id, &fields.parse()?).await?;
    Ok(Json(PrivateAccount::of(app.vault.accounts.details(member.id).await?, &member.person.user)))
}

/// Be reached at another e-mail address
///
/// The new address counts once the code that is sent there has come back; the old address is told then.
#[utoipa::path(
    post, path = "/v1/me/email", tag = "account",
    request_body = NewEmail,
    responses((status = 202, description = "A letter is on its way.")),
    security(("bearer" = []))
)]
pub async fn change_email(
    State(app): State<App>,
    MemberForm { member, fields, .. }: MemberForm<NewEmail>,
) -> Result<StatusCode, Problem> {
    let mut errors = Fields::default();
    let Some(email) = errors.take("/email", Email::parse(&fields.email)) else {
        return Err(errors.problem());
    };
    may(&app, &EMAIL_CHANGES, &[member.id.0.as_bytes()]).await?;
    must_know_password(&app, &member, fields.password.as_deref(), "/password").await?;
    may_be_written_to(&app, &email).await?;
    app.vault.contacts.ask_email(member.id, &email).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Confirm another e-mail address by its code
#[utoipa::path(
    post, path = "/v1/me/email/confirmation", tag = "account",
    request_body = Code,
    responses((status = 204, description = "It counts from now on.")),
    security(("bearer" = []))
)]
pub async fn confirm_email(
    State(app): State<App>,
    MemberForm { member, fields, .. }: MemberForm<Code>,
) -> Result<StatusCode, Problem> {
    app.vault.contacts.confirm_email(member.id, &fields.code).await??;
    Ok(StatusCode::NO_CONTENT)
}

/// Prove a phone number
///
/// The number counts once the code that is sent there by SMS has come back.
#[utoipa::path(
    post, path = "/v1/me/phone", tag = "account",
    request_body = NewPhone,
    responses((status = 202, description = "An SMS is on its way.")),
    security(("bearer" = []))
)]
pub async fn add_phone(
    State(app): State<App>,
    visitor: Visitor,
    MemberForm { member, fields, .. }: MemberForm<NewPhone>,
) -> Result<StatusCode, Problem> {
    let mut errors = Fields::default();
    let Some(phone) = errors.take("/phone", Phone::parse(&fields.phone)) else {
        return Err(errors.problem());
    };
    may(&app, &PHONE_CODES, &[member.id.0.as_bytes()]).await?;
    may(&app, &PHONE_CODES_TO, &[phone.as_str().as_bytes()]).await?;
    visitor.may(&app, &PHONE_CODES_FROM).await?;
    app.vault.contacts.ask_phone(member.id, &phone).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Confirm a phone number by its code
#[utoipa::path(
    post, path = "/v1/me/phone/confirmation", tag = "account",
    request_body = Code,
    responses((status = 204, description = "It counts from now on.")),
    security(("bearer" = []))
)]
pub async fn confirm_phone(
    State(app): State<App>,
    MemberForm { member, fields, .. }: MemberForm<Code>,
) -> Result<StatusCode, Problem> {
    app.vault.contacts.confirm_phone(member.id, &fields.code).await??;
    Ok(StatusCode::NO_CONTENT)
}

/// Take one's phone number away
#[utoipa::path(
    delete, path = "/v1/me/phone", tag = "account",
    responses((status = 204, description = "There is none any more.")),
    security(("bearer" = []))
)]
pub async fn forget_phone(State(app): State<App>, member: Member) -> Result<StatusCode, Problem> {
    app.vault.contacts.forget_phone(member.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
