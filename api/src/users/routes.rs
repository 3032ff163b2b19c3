//! Registration and profiles.

use super::dto::{Person, RegisterUser};
use crate::app::App;
use crate::edge::command::AskedByAnyone;
use crate::edge::path::HandleKey;
use crate::edge::{List, Listing, PageQuery, Problem, Reader};
use axum::extract::State;
use axum::response::Response;
use domain::user::{HANDLE, User};
use domain::value::UserId;
use infra::event_store::CommandError;
use projections::profiles::query;

/// Register
#[utoipa::path(
    post, path = "/v1/users", tag = "users",
    request_body = RegisterUser,
    responses((status = 201, description = "Registered.", body = Person)),
    security((), ("bearer" = []))
)]
pub async fn register(
    State(app): State<App>,
    asked: AskedByAnyone<RegisterUser>,
) -> Result<Response, Problem> {
    let AskedByAnyone { envelope, fields, .. } = &asked;
    let registration = fields.parse(envelope.operator)?;
    let _turn = app.queue_for_handle(&registration.handle_key).await;
    // Saves the work of a password where the handle is taken anyway. With a key it may be a repeat, which
    // must get its first answer.
    if envelope.key.is_none()
        && let Some(owner) = app.executor.claimed(HANDLE, &registration.handle_key).await?
        && owner != registration.id
    {
        return Err(CommandError::<User>::ClaimTaken { kind: HANDLE.to_owned() }.into());
    }
    // The vault first: a person whose password was lost in between could never log in.
    if let Some(password) = &registration.password {
        app.vault.set_password(UserId(registration.id), password).await?;
    }
    let answer = app.executor.execute::<User>(registration.id, registration.command, envelope).await?;
    let id = UserId(answer.id);
    if registration.password.is_some() {
        app.vault.activate(id).await?;
    }
    let location = format!("/v1/users/{}", percent_encoded(&answer.state.handle));
    let committed = asked.committed(&app, id, &answer);
    Ok(committed.created(&location, answer.version, Person::registered(answer)))
}

fn percent_encoded(handle: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    handle
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
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
    let page = app.read(|| query::list(&app.pool, viewer, after, limit)).await?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_of_any_letters_can_stand_in_a_location() {
        assert_eq!(percent_encoded("mina_92"), "mina_92");
        assert_eq!(percent_encoded("가a"), "%EA%B0%80a");
    }
}
