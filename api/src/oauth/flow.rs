//! The way of a browser to a provider, and back.

use super::dto::{AuthorizationStarted, ProviderList, Returning};
use crate::app::App;
use crate::edge::member::{Visitor, hourly};
use crate::edge::path::{Id, InPath};
use crate::edge::{Problem, cookies, cut};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::value::{DisplayName, UserId};
use std::convert::Infallible;
use std::str::FromStr;
use vault::attempts::Policy;
use vault::providers::Providers;
use vault::providers::{Provider, Returned};

/// The limit of logins begun from one network: each leaves a row for some minutes.
const FROM_A_NETWORK: Policy = hourly("oauth_from", 100);
/// The longest word, longer than any word of ours.
const WORD_MAX: usize = 128;
/// The longest code of a provider, far above those that RFC-minded services give.
const CODE_MAX: usize = 4 * 1024;

/// The name of a provider in a path.
#[derive(Debug)]
pub struct ProviderName(pub String);

impl FromStr for ProviderName {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl InPath for ProviderName {
    const NOT_FOUND: (&'static str, &'static str) =
        ("provider_not_found", "One can't log in with this service. See GET /v1/oauth/providers.");
}

impl ProviderName {
    /// Finds the provider of this name.
    ///
    /// # Errors
    /// 404 if there is no such provider.
    pub fn find<'a>(&self, app: &'a App) -> Result<&'a Provider, Problem> {
        let (code, detail) = Self::NOT_FOUND;
        app.part::<Providers>().named(&self.0).ok_or_else(|| Problem::not_found(code, detail))
    }
}

/// List the services that people may log in with
#[utoipa::path(
    get, path = "/v1/oauth/providers", tag = "sessions",
    responses((status = 200, description = "Their names.", body = ProviderList)),
    security(())
)]
pub async fn list_providers(State(app): State<App>) -> Json<ProviderList> {
    Json(ProviderList { items: app.part::<Providers>().names().map(str::to_owned).collect() })
}

/// Begin to log in with another service
///
/// Send the browser to `authorization_url`. The browser comes back to
/// `{MADANG_WEB_URL}/account/social#code=…`, for POST /v1/oauth/completions, or with `#error=…`. The whole
/// way happens in one browser, which a cookie shows: call this with cookies.
#[utoipa::path(
    post, path = "/v1/oauth/{provider}/authorizations", tag = "sessions",
    params(("provider" = String, Path, description = "Such as `google`.")),
    responses((status = 200, description = "Begun.", body = AuthorizationStarted)),
    security(())
)]
pub async fn authorize(
    State(app): State<App>,
    Id(name): Id<ProviderName>,
    from: Visitor,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let provider = name.find(&app)?;
    from.may(&app, &FROM_A_NETWORK).await?;
    begin(&app, provider, None, &headers).await
}

/// Sends a browser to a provider, to log in or to link another way in to an account.
///
/// # Errors
/// 503 if the provider is away.
pub async fn begin(
    app: &App,
    provider: &Provider,
    linking: Option<UserId>,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    // The cookie's word is the same for all tabs of a browser, so that they do not take each other's away.
    let browser = match cookies::oauth(headers) {
        Some(known) if known.len() <= WORD_MAX => known.to_owned(),
        Some(_) | None => app.vault.oauth.new_browser()?,
    };
    let started = provider.authorization(linking).await?;
    app.vault.oauth.begin(provider.name(), &started.state, &browser, &started.flow).await?;
    let mut response = Json(AuthorizationStarted { authorization_url: started.url }).into_response();
    cookies::remember_oauth(response.headers_mut(), &browser);
    Ok(response)
}

/// Come back from another service
///
/// For browsers only, which the service sends here. The answer leads to the page `/account/social` of
/// `MADANG_WEB_URL`, with `#code=…` or the code of a problem as `#error=…`.
#[utoipa::path(
    get, path = "/v1/oauth/{provider}/callback", tag = "sessions",
    params(("provider" = String, Path, description = "Such as `google`."), Returning),
    responses((status = 302, description = "To the page that goes on.")),
    security(())
)]
pub async fn come_from_provider(
    State(app): State<App>,
    Id(name): Id<ProviderName>,
    returning: Result<Query<Returning>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let provider = name.find(&app)?;
    let outcome = match returning {
        Ok(Query(returning)) => finish(&app, provider, &returning, &headers).await,
        Err(_) => Err(nothing_given()),
    };
    let told = match &outcome {
        Ok(code) => format!("code={code}"),
        Err(problem) => format!("error={}", problem.code()),
    };
    // The browser is only ever sent to the page that was configured, whatever came with the request.
    let page = format!("{}/account/social#{told}", app.settings.web_url);
    let page = HeaderValue::try_from(page).map_err(|_| Problem::internal())?;
    Ok((StatusCode::FOUND, [(header::LOCATION, page)]).into_response())
}

/// Asks the provider who came back, and returns the code under which the vault keeps the proof.
async fn finish(
    app: &App,
    provider: &Provider,
    returning: &Returning,
    headers: &HeaderMap,
) -> Result<String, Problem> {
    let browser = cookies::oauth(headers).filter(|word| word.len() <= WORD_MAX);
    let flow = app.vault.oauth.take(provider.name(), &returning.state, browser).await??;
    let (Some(code), None, Some(browser)) = (&returning.code, &returning.error, browser) else {
        return Err(match returning.error.as_deref() {
            Some("access_denied") => Problem::forbidden("login_cancelled", "The person did not agree."),
            Some(_) | None => nothing_given(),
        });
    };
    if code.len() > CODE_MAX {
        return Err(nothing_given());
    }
    let linking = flow.linking;
    let returned = Returned { code, state: &returning.state, issuer: returning.iss.as_deref() };
    let mut proof = provider.identify(&returned, flow).await?;
    proof.display_name = proof.display_name.as_deref().and_then(suggestion);
    Ok(app.vault.oauth.keep(&proof, linking, browser).await?)
}

/// Cuts a name down to what can be a display name here.
fn suggestion(name: &str) -> Option<String> {
    let fitting: String = name.chars().filter(|letter| !letter.is_control()).collect();
    let end = cut::end(&fitting, 50);
    DisplayName::parse(&fitting[..end]).ok().map(|name| name.to_string())
}

fn nothing_given() -> Problem {
    Problem::bad_request("provider_refused", "The other service sent nothing to go on with. Begin anew.")
}
