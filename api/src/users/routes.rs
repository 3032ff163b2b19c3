//! Registration and profiles.

use super::dto::{Person, RegisterUser, Registration, location};
use crate::app::App;
use crate::edge::command::ByOperator;
use crate::edge::failure::email_taken;
use crate::edge::path::HandleKey;
use crate::edge::{List, Listing, PageQuery, Problem, Reader, facts};
use crate::users::HandleQueue;
use axum::extract::State;
use axum::response::Response;
use domain::user::User;
use domain::value::UserId;
use event_log::event_store::CommandError;
use projections::profiles::query;
use vault::accounts::NewAccount;
use vault::mail::Language;

/// Register a person who is moved here from another service
///
/// For operators only. Everyone else signs up by POST /v1/sign-ups.
#[utoipa::path(
    post, path = "/v1/users", tag = "users",
    request_body = RegisterUser,
    responses((status = 201, description = "Registered.", body = Person)),
    security(("bearer" = []))
)]
pub async fn register(
    State(app): State<App>,
    request: ByOperator<RegisterUser>,
) -> Result<Response, Problem> {
    let ByOperator { envelope, fields, .. } = &request;
    let registration = fields.parse(envelope.key.is_some())?;
    let _turn = app.part::<HandleQueue>().turn(&registration.handle_key).await;
    // The check saves the work of a password where the handle is taken anyway. A request with a key may be a
    // repeat, which must get its first answer.
    if envelope.key.is_none() {
        facts::handle_must_be_free(&app, &registration.handle_key, Some(registration.id)).await?;
    }
    let user = UserId(registration.id);
    let in_vault = keep(&app, user, &registration).await?;
    let answer = match app.executor.execute::<User>(user.0, registration.command, envelope).await {
        Ok(answer) => answer,
        Err(refused) => {
            if in_vault && matches!(refused, CommandError::ClaimTaken { .. }) {
                app.vault.accounts.delete_pending(user).await?;
            }
            return Err(refused.into());
        }
    };
    let id = UserId(answer.id);
    if in_vault {
        app.vault.accounts.activate(id).await?;
    }
    let location = location(&answer.state.handle);
    let committed = request.committed(&app, id, &answer);
    Ok(committed.created(&location, answer.version, Person::registered(answer)))
}

/// Keeps address and password in the vault, before the event: a person whose password was lost in between
/// could never log in. Returns whether there was anything to keep: for most people who are moved here there
/// is not.
async fn keep(app: &App, user: UserId, registration: &Registration) -> Result<bool, Problem> {
    let Registration { email, password, .. } = registration;
    if email.is_none() && password.is_none() {
        return Ok(false);
    }
    let accounts = &app.vault.accounts;
    let password = match password {
        Some(password) => Some(accounts.hash(password).await?),
        None => None,
    };
    let (email, password) = (email.as_ref(), password.as_ref());
    let account = NewAccount { user, email, password, language: Language::Korean };
    accounts.insert_pending(account).await?.map_err(|_| email_taken())?;
    Ok(true)
}

/// List people, the newest first
#[utoipa::path(
    get, path = "/v1/users", tag = "users",
    params(PageQuery),
    responses((status = 200, description = "People.", body = List<Person>)),
    security((), ("bearer" = []))
)]
pub async fn list_users(
    State(app): State<App>,
    listing: Listing,
    reader: Reader,
) -> Result<Response, Problem> {
    const LIST: &str = "users";
    let (viewer, after, limit) = (reader.viewer(), listing.after::<UserId>(LIST)?, listing.limit());
    let fresh = reader.see(&app, &["profiles"]).await;
    let page = app.read(|| query::list(&app.reads, viewer, after, limit)).await?;
    Ok(listing.answer(LIST, fresh, page.map(Person::from)))
}

/// Read a person's profile
#[utoipa::path(
    get, path = "/v1/users/{handle}", tag = "users",
    params(("handle" = String, Path, description = "The person's handle, in any case.")),
    responses((status = 200, description = "The person.", body = Person)),
    security((), ("bearer" = []))
)]
pub async fn get_user(
    State(app): State<App>,
    handle: HandleKey,
    reader: Reader,
) -> Result<Response, Problem> {
    let fresh = reader.see(&app, &["profiles"]).await;
    let person = handle.profile(&app, &reader, &fresh).await?;
    Ok(fresh.one(person.version, Person::from(person)))
}
