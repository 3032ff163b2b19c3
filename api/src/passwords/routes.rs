//! Changes and resets of passwords.

use super::dto::{AskReset, ChangePassword, Reset};
use crate::app::App;
use crate::edge::member::{hourly, may, must_know_password};
use crate::edge::{Fields, Form, MemberForm, Problem};
use crate::pages::{carried, link, over};
use crate::users::dto::check_password_length;
use crate::withdrawals::come_back_link;
use axum::extract::State;
use axum::http::StatusCode;
use std::time::Duration;
use tokio::time::Instant;
use vault::Email;
use vault::attempts::Policy;

const RESETS_FROM: Policy = hourly("reset_from", 20);
const RESETS_OF: Policy = hourly("reset_of", 4);
const LINKS: Policy = hourly("reset_link", 30);
/// The time that each answer takes, longer than either way does: nobody can learn from the time whether an
/// address has an account.
const EVEN: Duration = Duration::from_millis(150);

/// Change one's own password
///
/// All other sessions end, and the person is told by mail.
#[utoipa::path(
    put, path = "/v1/me/password", tag = "account",
    request_body = ChangePassword,
    responses((status = 204, description = "Changed.")),
    security(("bearer" = []))
)]
pub async fn change_password(
    State(app): State<App>,
    MemberForm { member, fields, .. }: MemberForm<ChangePassword>,
) -> Result<StatusCode, Problem> {
    check_password_length(Fields::default(), "/new_password", &fields.new_password)?;
    let known = must_know_password(&app, &member, fields.old_password.as_deref(), "/old_password").await?;
    let recovery = &app.vault.recovery;
    if !recovery.change(member.id, member.session, known.as_ref(), &fields.new_password).await? {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "password_changed",
            "The password was changed in between. If that was not you, reset it by mail.",
        ));
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Have a link sent that resets a forgotten password
///
/// The link is good for 30 minutes, once. The answer is the same whether or not there is such an account.
#[utoipa::path(
    post, path = "/v1/password-resets", tag = "account",
    request_body = AskReset,
    responses((status = 202, description = "If there is such an account, a letter is on its way.")),
    security(())
)]
pub async fn ask_reset(State(app): State<App>, form: Form<AskReset>) -> Result<StatusCode, Problem> {
    let begun = Instant::now();
    let mut errors = Fields::default();
    let Some(email) = errors.take("/email", Email::parse(&form.fields.email)) else {
        return Err(errors.problem());
    };
    form.from.may(&app, &RESETS_FROM).await?;
    may(&app, &RESETS_OF, &[email.key().as_bytes()]).await?;
    let web_url = &app.settings.web_url;
    let reset = |token: &str| link(web_url, "reset-password", token);
    let back = |token: &str| come_back_link(web_url, token);
    let sent = app.vault.recovery.ask(&email, reset, back).await;
    tokio::time::sleep_until(begun + EVEN).await;
    sent?;
    Ok(StatusCode::ACCEPTED)
}

/// Reset a forgotten password
///
/// All sessions of the account end.
#[utoipa::path(
    post, path = "/v1/password-resets/confirmation", tag = "account",
    request_body = Reset,
    responses((status = 204, description = "Changed. Log in with it.")),
    security(())
)]
pub async fn reset(State(app): State<App>, form: Form<Reset>) -> Result<StatusCode, Problem> {
    let Reset { token, password } = &form.fields;
    check_password_length(Fields::default(), "/password", password)?;
    form.from.may(&app, &LINKS).await?;
    let is_good = match carried(token) {
        Some(token) => app.vault.recovery.reset(token, password).await?,
        None => false,
    };
    if !is_good {
        return Err(over("This link was used already, or is too old. Have another one sent."));
    }
    Ok(StatusCode::NO_CONTENT)
}
