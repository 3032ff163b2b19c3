//! Logging in: a handle or an address, and a password, for a session.

use super::dto::{LogIn, Session};
use crate::app::App;
use crate::edge::member::may;
use crate::edge::{Form, Problem, cookies};
use crate::users::dto::Account;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::user::{HANDLE, User};
use domain::value::{Handle, UserId};
use std::time::Duration;
use vault::Email;
use vault::attempts::Policy;
use vault::sessions::{Device, Opened};

/// The longest login. Longer input was never a handle, whatever the rules were.
const LOGIN_MAX_BYTES: usize = 256;

const QUARTER: Duration = Duration::from_secs(900);
const HOUR: Duration = Duration::from_secs(3_600);

/// The limit of logins from one network, whatever the account. Higher than the others, because a school may
/// be behind it.
const FROM_A_NETWORK: Policy = Policy { kind: "login_from", burst: 50, longest: QUARTER, reset_after: HOUR };
/// The limit of logins to one account from networks without an earlier login of the account: all of them
/// together.
const TO_AN_ACCOUNT: Policy = Policy { kind: "login_to", burst: 8, longest: QUARTER, reset_after: HOUR };
/// The limit of logins to one account from a network with an earlier login. Counted apart, so that somebody
/// who tries passwords from all over the world does not keep the owner out.
const AT_HOME: Policy = Policy { kind: "login_home", burst: 8, longest: QUARTER, reset_after: HOUR };

/// Log in
///
/// An unknown handle or address and a wrong password get the same answer in the same time. A login that is
/// tried too often is answered by 429.
#[utoipa::path(
    post, path = "/v1/sessions", tag = "sessions",
    request_body = LogIn,
    responses((status = 201, description = "Logged in.", body = Session)),
    security(())
)]
pub async fn log_in(State(app): State<App>, form: Form<LogIn>) -> Result<Response, Problem> {
    let LogIn { login, password, use_cookies } = &form.fields;
    if *use_cookies {
        cookies::must_be_meant(&form.headers, &app.settings.cors)?;
    }
    let (visitor, vault) = (&form.from, &app.vault);
    visitor.may(&app, &FROM_A_NETWORK).await?;
    let typed = Typed::of(login);
    let named = whose(&app, &typed).await?;
    let at_home = vault.sessions.is_known(named, &visitor.device).await?;
    // The key is the typed text, not its owner: otherwise the limit would tell which address is whose.
    let account = typed.counted_as();
    let (policy, key): (_, &[&[u8]]) = match at_home {
        true => (&AT_HOME, &[&account, &visitor.network]),
        false => (&TO_AN_ACCOUNT, &[&account]),
    };
    may(&app, policy, key).await?;

    let known = vault.accounts.check_password(named, password).await?;
    if let (Some(user), Some(known)) = (named, known) {
        let loaded = app.executor.load::<User>(user.0).await?;
        let opened = match loaded.state.is_active() {
            true => vault.sessions.open_knowing(user, &known, &visitor.device).await?,
            false => None,
        };
        if let Some(opened) = opened {
            vault.attempts.reset(policy, key).await?;
            vault.attempts.take_back(&FROM_A_NETWORK, &[&visitor.network]).await?;
            let account = Account::of(user.0, loaded.state.clone(), loaded.created_at.unwrap_or_default());
            return Ok(answer(StatusCode::CREATED, &opened, account, *use_cookies));
        }
    }
    Err(Problem::unauthorized("wrong_credentials", "There is no such account with this password."))
}

/// Opens a session for a person who has just proved who they are.
///
/// # Errors
/// The vault's errors.
pub async fn open(
    app: &App,
    status: StatusCode,
    account: Account,
    device: &Device,
    use_cookies: bool,
) -> Result<Response, Problem> {
    let opened = app.vault.sessions.open(UserId(account.id), device).await?;
    Ok(answer(status, &opened, account, use_cookies))
}

fn answer(status: StatusCode, opened: &Opened, account: Account, use_cookies: bool) -> Response {
    let mut response = (status, Json(Session::of(opened, account, use_cookies))).into_response();
    if use_cookies {
        cookies::give(response.headers_mut(), opened);
    }
    response
}

/// The login that was typed.
enum Typed {
    /// The handle, in the form in which it is unique.
    Handle(String),
    Email(Email),
    /// Neither could be, in lower case.
    Neither(String),
}

impl Typed {
    /// Finds the kind of a login. Handles are not parsed by today's rules: a person who registered under
    /// earlier rules must get in, too.
    fn of(login: &str) -> Self {
        let text = login.trim();
        if text.len() > LOGIN_MAX_BYTES || text.chars().any(char::is_control) {
            return Self::Neither(String::new());
        }
        // People write a handle as it is shown, with the sign before it.
        let bare = text.strip_prefix(['@', '＠']).unwrap_or(text);
        if !bare.contains(['@', '＠']) {
            return Self::Handle(Handle::key_of(bare));
        }
        Email::parse(text).map_or_else(|_| Self::Neither(text.to_lowercase()), Self::Email)
    }

    /// The bytes under which tries are counted: the same for all forms of a login.
    fn counted_as(&self) -> Vec<u8> {
        let (kind, key) = match self {
            Self::Handle(key) => ("handle ", key.clone()),
            Self::Email(email) => ("email ", email.key()),
            Self::Neither(text) => ("", text.clone()),
        };
        format!("{kind}{key}").into_bytes()
    }
}

async fn whose(app: &App, typed: &Typed) -> Result<Option<UserId>, Problem> {
    match typed {
        Typed::Handle(key) => Ok(app.executor.claimed(HANDLE, key).await?.map(UserId)),
        Typed::Email(email) => Ok(app.vault.accounts.of_email(email).await?),
        Typed::Neither(_) => Ok(None),
    }
}
