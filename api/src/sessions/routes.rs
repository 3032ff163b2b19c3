//! Existing sessions: refreshed, listed, ended; and the keys that sign their tokens.

use super::dto::{Refresh, Session, SessionList, SessionSeen};
use crate::app::App;
use crate::edge::caller::session_ended;
use crate::edge::member::hourly;
use crate::edge::path::{Id, InPath};
use crate::edge::{Form, Member, Problem, cookies};
use crate::users::dto::Account;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::user::User;
use std::str::FromStr;
use uuid::Uuid;
use vault::attempts::Policy;
use vault::sessions::Refreshed;

/// The limit of worthless tokens from one network. Tokens can't be guessed; the limit bounds the work that
/// trying makes.
const WORTHLESS: Policy = hourly("refresh_from", 100);

/// The id of a session in a path.
#[derive(Clone, Copy, Debug)]
pub struct SessionId(Uuid);

impl FromStr for SessionId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl InPath for SessionId {
    const NOT_FOUND: (&'static str, &'static str) =
        ("session_not_found", "You have no such session, or it has ended.");
}

/// Refresh a session
///
/// Refreshing gives a new access token and a new refresh token; the old refresh token is worth nothing
/// afterwards. Two tabs that refresh within 10 seconds get the same tokens. A refresh token that is shown
/// again later ends the session, because somebody else may have the token, and its owner is told by mail.
#[utoipa::path(
    post, path = "/v1/sessions/refresh", tag = "sessions",
    request_body = Refresh,
    responses((status = 200, description = "The session goes on.", body = Session)),
    security(())
)]
pub async fn refresh(State(app): State<App>, form: Form<Refresh>) -> Result<Response, Problem> {
    let (shown, by_cookies) = match (&form.fields.refresh_token, cookies::refresh(&form.headers)) {
        (Some(token), _) => (token.as_str(), false),
        (None, Some(token)) => {
            cookies::must_be_meant(&form.headers, &app.settings.cors)?;
            (token, true)
        }
        (None, None) => return Err(session_ended()),
    };
    let opened = match app.vault.sessions.refresh(shown, &form.from.device).await? {
        Refreshed::Opened(opened) => opened,
        Refreshed::Reused | Refreshed::Unknown => {
            form.from.may(&app, &WORTHLESS).await?;
            return Err(over(by_cookies));
        }
    };
    let loaded = app.executor.load::<User>(opened.user.0).await?;
    if !loaded.state.is_active() {
        app.vault.sessions.end(opened.user, opened.session).await?;
        return Err(over(by_cookies));
    }
    let account = Account::of(opened.user.0, loaded.state.clone(), loaded.created_at.unwrap_or_default());
    let mut response = Json(Session::of(&opened, account, by_cookies)).into_response();
    if by_cookies {
        cookies::give(response.headers_mut(), &opened);
    }
    Ok(response)
}

/// Returns the problem of a session that has ended; a browser is rid of cookies that are worth nothing.
fn over(by_cookies: bool) -> Problem {
    let mut gone = HeaderMap::new();
    if by_cookies {
        cookies::take_away(&mut gone);
    }
    let problem = session_ended();
    gone.get_all(header::SET_COOKIE)
        .iter()
        .fold(problem, |problem, cookie| problem.with_header(header::SET_COOKIE, cookie.clone()))
}

/// Log out
///
/// Logging out ends this session: its tokens are worth nothing from now on, on every node.
#[utoipa::path(
    delete, path = "/v1/sessions/current", tag = "sessions",
    responses((status = 204, description = "Logged out.")),
    security(("bearer" = []))
)]
pub async fn log_out(
    State(app): State<App>,
    member: Result<Member, Problem>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    match (member, cookies::refresh(&headers)) {
        (Ok(member), _) => {
            app.vault.sessions.end(member.id, member.session).await?;
        }
        // A browser whose access token is over means its session all the same. The check that the write is
        // meant was made when the access cookie was seen.
        (Err(problem), Some(token)) if problem.code() == "token_expired" => {
            app.vault.sessions.end_by(token).await?;
        }
        (Err(problem), _) => return Err(problem),
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    cookies::take_away(response.headers_mut());
    Ok(response)
}

/// List where one is logged in
#[utoipa::path(
    get, path = "/v1/me/sessions", tag = "sessions",
    responses((status = 200, description = "The sessions that go on.", body = SessionList)),
    security(("bearer" = []))
)]
pub async fn list_sessions(State(app): State<App>, member: Member) -> Result<Json<SessionList>, Problem> {
    let sessions = app.vault.sessions.of(member.id).await?;
    let items = sessions.into_iter().map(|session| SessionSeen::of(session, member.session)).collect();
    Ok(Json(SessionList { items }))
}

/// End one session
#[utoipa::path(
    delete, path = "/v1/me/sessions/{id}", tag = "sessions",
    params(("id" = Uuid, Path, description = "Of one's own sessions.")),
    responses((status = 204, description = "Ended.")),
    security(("bearer" = []))
)]
pub async fn end_session(
    State(app): State<App>,
    Id(SessionId(id)): Id<SessionId>,
    member: Member,
) -> Result<StatusCode, Problem> {
    if app.vault.sessions.end(member.id, id).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    let (code, detail) = SessionId::NOT_FOUND;
    Err(Problem::not_found(code, detail))
}

/// End all sessions
///
/// The session of this request ends, too.
#[utoipa::path(
    delete, path = "/v1/me/sessions", tag = "sessions",
    responses((status = 204, description = "Logged out everywhere.")),
    security(("bearer" = []))
)]
pub async fn end_all_sessions(State(app): State<App>, member: Member) -> Result<Response, Problem> {
    app.vault.sessions.end_all(member.id, None).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    cookies::take_away(response.headers_mut());
    Ok(response)
}

/// The keys that sign access tokens
///
/// The answer is a JSON Web Key Set (RFC 7517), by which others can verify tokens: issuer and audience are
/// `madang`. A new key stands here two minutes before it signs; ask again where a token names a key that you
/// do not know.
#[utoipa::path(
    get, path = "/.well-known/jwks.json", tag = "sessions",
    responses((status = 200, description = "The key set.", body = serde_json::Value)),
    security(())
)]
pub async fn key_set(State(app): State<App>) -> Response {
    let mut response = Json(&*app.vault.key_set()).into_response();
    let caching = HeaderValue::from_static("public, max-age=60");
    response.headers_mut().insert(header::CACHE_CONTROL, caching);
    response
}
