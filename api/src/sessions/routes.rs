//! Handle and password for a token.

use super::dto::{LogIn, Session};
use crate::app::App;
use crate::edge::{Problem, body, caller};
use crate::users::dto::{Account, is_password_length};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::user::{HANDLE, User};
use domain::value::{Handle, UserId};

/// Longer input was never a handle, whatever the rules were.
const HANDLE_MAX_BYTES: usize = 256;

/// Log in
///
/// An unknown handle and a wrong password get the same answer in the same time.
#[utoipa::path(
    post, path = "/v1/sessions", tag = "sessions",
    request_body = LogIn,
    responses((status = 201, description = "Logged in.", body = Session))
)]
pub async fn log_in(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let peer = caller::arrival(&parts)?.peer;
    let LogIn { handle, password } = body::parse(&body::bytes(Request::from_parts(parts, body)).await?)?;
    let key = handle_key(&handle);
    app.rate_limits.check_login(key.as_deref().unwrap_or_default(), peer)?;

    let known = match key {
        Some(key) => app.executor.claimed(HANDLE, &key).await?.map(UserId),
        None => None,
    };
    let user = known.filter(|_| is_password_length(&password));
    let matches = app.vault.check_password(user, &password).await?;
    if let (Some(user), true) = (user, matches) {
        let loaded = app.executor.load::<User>(user.0).await?;
        if loaded.state.is_active() {
            let account = Account::of(user.0, loaded.state, loaded.created_at.unwrap_or_default());
            let session = Session::of(app.vault.issue_token(user), account);
            return Ok((StatusCode::CREATED, Json(session)).into_response());
        }
    }
    Err(Problem::unauthorized("wrong_credentials", "There is no such handle with this password."))
}

/// Not parsed by today's rules: whoever registered under earlier ones must get in, too.
fn handle_key(text: &str) -> Option<String> {
    let fits = text.len() <= HANDLE_MAX_BYTES && !text.chars().any(char::is_control);
    fits.then(|| Handle::key_of(text.trim()))
}
