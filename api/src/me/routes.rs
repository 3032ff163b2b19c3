//! The caller's own account.

use super::dto::{ChangeMe, ChangeMeCommands, ReplaceMe, SetPrivacy};
use crate::app::App;
use crate::edge::command::Leaving;
use crate::edge::{Problem, Reader, WriteRequest, WriteRequestWith, facts};
use crate::users::dto::{Account, Person};
use axum::extract::State;
use axum::response::Response;
use domain::user::{User, UserCommand};
use event_log::event_store::{Answer, Envelope};
use projections::profiles::query;

/// Read one's own profile
#[utoipa::path(
    get, path = "/v1/me", tag = "me",
    responses((status = 200, description = "The caller.", body = Person)),
    security(("bearer" = []))
)]
pub async fn get_me(State(app): State<App>, reader: Reader) -> Result<Response, Problem> {
    let me = reader.known()?.id;
    let fresh = reader.see(&app, &["profiles"]).await;
    match app.read(|| query::by_id(&app.reads, me, Some(me))).await? {
        Some(person) => Ok(fresh.one(person.version, Person::from(person))),
        None => Err(Problem::unavailable(
            "not_yet_visible",
            "The profile is still being prepared. Repeat the request in a moment.",
        )),
    }
}

/// Replace one's own profile and handle
///
/// The handle is changed first. If the profile can't be changed after that (412, because somebody changed it
/// in between), the new handle stays; repeating the request completes the change.
#[utoipa::path(
    put, path = "/v1/me", tag = "me",
    request_body = ReplaceMe,
    responses((status = 200, description = "Changed.", body = Account)),
    security(("bearer" = []))
)]
pub async fn replace_me(
    State(app): State<App>,
    WriteRequestWith { request, fields }: WriteRequestWith<ReplaceMe>,
) -> Result<Response, Problem> {
    change(&app, &request, ChangeMe::from(fields).parse()?).await
}

/// Change some of one's own profile, or the handle
///
/// If the request has both, the handle is changed first. If the profile can't be changed after that (412,
/// because somebody changed it in between), the new handle stays; repeating the request completes the change.
#[utoipa::path(
    patch, path = "/v1/me", tag = "me",
    request_body = ChangeMe,
    responses((status = 200, description = "Changed.", body = Account)),
    security(("bearer" = []))
)]
pub async fn change_me(
    State(app): State<App>,
    WriteRequestWith { request, fields }: WriteRequestWith<ChangeMe>,
) -> Result<Response, Problem> {
    change(&app, &request, fields.parse()?).await
}

async fn change(app: &App, request: &WriteRequest, change: ChangeMeCommands) -> Result<Response, Problem> {
    if let Some(UserCommand::ChangeHandle { handle }) = &change.handle {
        facts::handle_must_be_free(app, &handle.key(), Some(request.by.id.0)).await?;
    }
    let answer = match (change.handle, change.profile) {
        (Some(handle), Some(profile)) => {
            let first = execute(app, request, handle, &request.envelope).await?;
            // A client that named a version meant it for the whole, so the second command expects the version
            // just made.
            let expected = request.envelope.expected_versions.as_ref().map(|_| first.version);
            execute(app, request, profile, &request.second_envelope("+profile", expected)).await?
        }
        (Some(only), None) | (None, Some(only)) => execute(app, request, only, &request.envelope).await?,
        (None, None) => unreachable!("a change of nothing is a change of the profile"),
    };
    Ok(request.committed(app, &answer).changed(answer.version, Account::from(answer)))
}

async fn execute(
    app: &App,
    request: &WriteRequest,
    command: UserCommand,
    envelope: &Envelope,
) -> Result<Answer<User>, Problem> {
    Ok(app.executor.execute::<User>(request.by.id.0, command, envelope).await?)
}

/// Decide who follows, or let anyone
///
/// A private account shows what the caller publishes, and who follows the caller, to followers only. People
/// who follow already go on; people who ask from now on wait for GET /v1/me/follow-requests.
#[utoipa::path(
    put, path = "/v1/me/privacy", tag = "me",
    request_body = SetPrivacy,
    responses((status = 200, description = "As it is now.", body = Account)),
    security(("bearer" = []))
)]
pub async fn set_privacy(
    State(app): State<App>,
    WriteRequestWith { request, fields }: WriteRequestWith<SetPrivacy>,
) -> Result<Response, Problem> {
    let command = UserCommand::SetPrivacy { private: fields.private };
    let answer = execute(&app, &request, command, &request.unversioned()).await?;
    Ok(request.committed(&app, &answer).changed(answer.version, Account::from(answer)))
}

/// Deactivate a person's account
///
/// For operators, in the person's name: hides the account and all that it wrote. People themselves leave by
/// POST /v1/me/withdrawal, which asks for their password.
#[utoipa::path(
    delete, path = "/v1/me", tag = "me",
    responses((status = 204, description = "Deactivated, now or before.")),
    security(("bearer" = []))
)]
pub async fn leave(State(app): State<App>, Leaving(request): Leaving) -> Result<Response, Problem> {
    if !request.by.by_operator() {
        return Err(Problem::forbidden(
            "operators_only",
            "Leave by POST /v1/me/withdrawal, with your password.",
        ));
    }
    let answer = execute(&app, &request, UserCommand::Deactivate, &request.envelope).await?;
    Ok(request.committed(&app, &answer).done())
}
