//! The accounts elsewhere that one's own account is linked to.

use super::dto::{AuthorizationStarted, IdentityList};
use super::flow::{ProviderName, begin};
use crate::app::App;
use crate::edge::member::{hourly, may};
use crate::edge::path::Id;
use crate::edge::{Member, Problem};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use vault::attempts::Policy;

const LINKS: Policy = hourly("oauth_links", 20);

/// List what one's own account is linked to
#[utoipa::path(
    get, path = "/v1/me/identities", tag = "sessions",
    responses((status = 200, description = "All of them.", body = IdentityList)),
    security(("bearer" = []))
)]
pub async fn list_identities(State(app): State<App>, member: Member) -> Result<Json<IdentityList>, Problem> {
    let linked = app.vault.identities.of(member.id).await?;
    Ok(Json(IdentityList { items: linked.into_iter().map(Into::into).collect() }))
}

/// Begin to link one's own account to another service
///
/// The same as POST /v1/oauth/{provider}/authorizations; the completion must be asked for by the same
/// account.
#[utoipa::path(
    post, path = "/v1/me/identities/{provider}", tag = "sessions",
    params(("provider" = String, Path, description = "Such as `google`.")),
    responses((status = 200, description = "Begun.", body = AuthorizationStarted)),
    security(("bearer" = []))
)]
pub async fn link(
    State(app): State<App>,
    Id(name): Id<ProviderName>,
    member: Member,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let provider = name.find(&app)?;
    may(&app, &LINKS, &[member.id.0.as_bytes()]).await?;
    begin(&app, provider, Some(member.id), &headers).await
}

/// Unlink one's own account from another service
///
/// The last way to log in can't be unlinked (409, `last_login`).
#[utoipa::path(
    delete, path = "/v1/me/identities/{provider}", tag = "sessions",
    params(("provider" = String, Path, description = "Such as `google`.")),
    responses((status = 204, description = "Unlinked.")),
    security(("bearer" = []))
)]
pub async fn unlink(
    State(app): State<App>,
    Id(ProviderName(name)): Id<ProviderName>,
    member: Member,
) -> Result<StatusCode, Problem> {
    app.vault.identities.unlink(member.id, &name).await??;
    Ok(StatusCode::NO_CONTENT)
}
