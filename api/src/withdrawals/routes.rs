//! Routes for leaving, and for coming back.

use super::dto::{ComeBack, Withdraw};
use crate::app::App;
use crate::edge::member::{hourly, must_know_password};
use crate::edge::{Committed, Form, MemberForm, Problem, cookies};
use crate::pages::{carried, link, over};
use axum::extract::State;
use axum::response::Response;
use domain::user::{User, UserCommand};
use domain::value::UserId;
use event_log::event_store::{Answer, Envelope};
use uuid::Uuid;
use vault::attempts::Policy;

const LINKS: Policy = hourly("come_back", 30);

/// Returns the link back to the yard, as a letter has it.
#[must_use]
pub fn come_back_link(web_url: &str, token: &str) -> String {
    link(web_url, "come-back", token)
}

/// Leave
///
/// All sessions end at once, and the account and all that it wrote are hidden. A link in a letter undoes the
/// withdrawal for 30 days.
#[utoipa::path(
    post, path = "/v1/me/withdrawal", tag = "account",
    request_body = Withdraw,
    responses((status = 204, description = "Left.")),
    security(("bearer" = []))
)]
pub async fn withdraw(
    State(app): State<App>,
    MemberForm { member, fields, correlation_id }: MemberForm<Withdraw>,
) -> Result<Response, Problem> {
    must_know_password(&app, &member, fields.password.as_deref(), "/password").await?;
    app.vault.withdrawals.begin(member.id).await?;
    let answer = execute(&app, member.id, UserCommand::Deactivate, correlation_id).await?;
    let web_url = &app.settings.web_url;
    app.vault.withdrawals.complete(member.id, |token| come_back_link(web_url, token)).await?;
    let mut response = Committed::new(answer.position, 0).done();
    cookies::take_away(response.headers_mut());
    Ok(response)
}

/// Come back
///
/// A person comes back within 30 days after leaving, by the link of the letter. Everything is shown again;
/// then log in as before.
#[utoipa::path(
    post, path = "/v1/withdrawals/undo", tag = "account",
    request_body = ComeBack,
    responses((status = 204, description = "Back.")),
    security(())
)]
pub async fn come_back(State(app): State<App>, form: Form<ComeBack>) -> Result<Response, Problem> {
    form.from.may(&app, &LINKS).await?;
    let user = match carried(&form.fields.token) {
        Some(token) => app.vault.withdrawals.come_back(token).await?,
        None => None,
    };
    let Some(user) = user else {
        return Err(over("This link was used already, or is too old. If you are back already, log in."));
    };
    let answer = execute(&app, user, UserCommand::Reactivate, form.from.correlation_id).await?;
    app.vault.withdrawals.undone(user).await?;
    app.written.note(user, answer.position);
    Ok(Committed::of(&form.headers, answer.position).done())
}

async fn execute(
    app: &App,
    user: UserId,
    command: UserCommand,
    correlation_id: Uuid,
) -> Result<Answer<User>, Problem> {
    let envelope = Envelope::plain(Some(user), false, correlation_id);
    Ok(app.executor.execute::<User>(user.0, command, &envelope).await?)
}
