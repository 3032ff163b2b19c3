//! The completion of a login elsewhere: a person who proved there who they are is logged in, linked, or
//! registered.

use super::dto::{Completed, Completion, NeedsRegistration, Registration};
use crate::app::App;
use crate::edge::member::{hourly, language};
use crate::edge::{Form, Member, Problem, cookies};
use crate::sessions::dto::Session;
use crate::sessions::log_in;
use crate::sign_ups::register::{Newcomer, register};
use crate::users::dto::Account;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::user::User;
use domain::value::UserId;
use vault::accounts::NewAccount;
use vault::attempts::Policy;
use vault::oauth::{FlowError, PendingProof, Proof};
use vault::providers::Providers;

/// The limit of codes from one network. Codes can't be guessed; the limit bounds the work that trying makes.
const CODES: Policy = hourly("oauth_codes", 100);
/// The longest word, longer than any word of ours.
const WORD_MAX: usize = 128;

/// Complete a login with another service
///
/// A person known by the other service's account is logged in; so is the owner of the account with the same
/// e-mail address, if the service has verified the address: the two are linked then, and a letter tells so.
/// For other people the answer says `needs_registration`, and the code stays good for POST
/// /v1/oauth/registrations. Where an account is being linked, its owner calls this logged in, and the answer
/// is 204.
#[utoipa::path(
    post, path = "/v1/oauth/completions", tag = "sessions",
    request_body = Completion,
    responses(
        (status = 200, description = "Logged in, or to be registered.", body = Completed),
        (status = 204, description = "Linked.")
    ),
    security((), ("bearer" = []))
)]
pub async fn complete(
    State(app): State<App>,
    member: Result<Member, Problem>,
    form: Form<Completion>,
) -> Result<Response, Problem> {
    let Form { fields, from, headers } = &form;
    if fields.use_cookies {
        cookies::must_be_meant(headers, &app.settings.cors)?;
    }
    from.may(&app, &CODES).await?;
    let pending_proof = pending_proof(&app, &fields.code, headers).await?;
    if let Some(owner) = pending_proof.linking {
        return link(&app, &fields.code, &pending_proof.proof, owner, &member?).await;
    }
    let identity = pending_proof.proof.identity();
    let known = app.vault.identities.whose(identity).await?;
    let named = match (known, pending_proof.proof.verified_email()) {
        (None, Some(email)) => app.vault.identities.owner_of(email).await?,
        (Some(_), _) | (None, None) => None,
    };
    let Some(user) = known.or(named) else {
        return Ok(Json(Completed::Newcomer(NeedsRegistration::of(&pending_proof.proof))).into_response());
    };
    let loaded = app.executor.load::<User>(user.0).await?;
    if !loaded.state.is_active() {
        return Err(Problem::unauthorized(
            "account_deactivated",
            "This account was deactivated. The link in the letter brings it back.",
        ));
    }
    finish(&app, &fields.code).await?;
    if named.is_some() {
        app.vault.identities.link(user, identity, &label(&app, &pending_proof.proof)).await??;
    }
    let account = Account::of(user.0, loaded.state.clone(), loaded.created_at.unwrap_or_default());
    log_in::open(&app, StatusCode::OK, account, &from.device, fields.use_cookies).await
}

async fn link(
    app: &App,
    code: &str,
    proof: &Proof,
    owner: UserId,
    member: &Member,
) -> Result<Response, Problem> {
    if member.id != owner {
        return Err(Problem::forbidden(
            "another_account",
            "This was begun by another account. Log in with that one, or begin anew.",
        ));
    }
    finish(app, code).await?;
    app.vault.identities.link(owner, proof.identity(), &label(app, proof)).await??;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Register with a login of another service
///
/// An address that the service has verified becomes the account's; any other has to be proved by POST
/// /v1/me/email. If the handle is taken (409, `handle_taken`), the same code with another one does it.
#[utoipa::path(
    post, path = "/v1/oauth/registrations", tag = "sessions",
    request_body = Registration,
    responses((status = 201, description = "A member, logged in.", body = Session)),
    security(())
)]
pub async fn register_with_provider(
    State(app): State<App>,
    form: Form<Registration>,
) -> Result<Response, Problem> {
    let Form { fields, from, headers } = &form;
    let (handle, display_name) = fields.parse()?;
    if fields.use_cookies {
        cookies::must_be_meant(headers, &app.settings.cors)?;
    }
    from.may(&app, &CODES).await?;
    let pending_proof = pending_proof(&app, &fields.code, headers).await?;
    if pending_proof.linking.is_some() {
        return Err(FlowError::Over.into());
    }
    let newcomer =
        Newcomer { user: pending_proof.new_user, handle, display_name, use_cookies: fields.use_cookies };
    let pending = async {
        let account = NewAccount {
            user: pending_proof.new_user,
            email: pending_proof.proof.verified_email(),
            password: None,
            language: language(fields.language.map(Into::into), headers),
        };
        Ok(app.vault.identities.insert_pending(account, pending_proof.proof.identity()).await??)
    };
    let response = register(&app, newcomer, pending, from, headers).await?;
    app.vault.oauth.finish(&fields.code).await?;
    Ok(response)
}

async fn pending_proof(app: &App, code: &str, headers: &HeaderMap) -> Result<PendingProof, Problem> {
    if code.len() > WORD_MAX {
        return Err(FlowError::Over.into());
    }
    let browser = cookies::oauth(headers).filter(|word| word.len() <= WORD_MAX);
    Ok(app.vault.oauth.kept(code, browser).await??)
}

/// Uses up the code: of two requests that do so at once, one is too late.
async fn finish(app: &App, code: &str) -> Result<(), Problem> {
    match app.vault.oauth.finish(code).await? {
        true => Ok(()),
        false => Err(FlowError::Over.into()),
    }
}

/// Returns the name by which people call the provider. A provider that was taken out of the configuration
/// meanwhile still has its name.
fn label(app: &App, proof: &Proof) -> String {
    app.part::<Providers>()
        .named(&proof.provider)
        .map_or_else(|| proof.provider.clone(), |provider| provider.label())
}
