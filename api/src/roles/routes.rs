//! Roles of one person.

use crate::app::App;
use crate::edge::path::HandleKey;
use crate::edge::{Person, Problem, WriteRequest, facts};
use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request;
use axum::response::Response;
use domain::user::{Role, User, UserCommand};
use serde::Serialize;
use utoipa::ToSchema;

/// The roles by which a person may do more than every member.
#[derive(Debug, Serialize, ToSchema)]
pub struct Roles {
    /// The roles: some of author, moderator, analyst, admin.
    #[schema(example = json!(["author"]))]
    pub roles: Vec<&'static str>,
}

impl Roles {
    fn of(user: &User) -> Self {
        Self { roles: Role::among(&user.roles).map(Role::name).collect() }
    }
}

/// The person and the role that a path names.
#[derive(Debug)]
pub struct Named {
    handle_key: String,
    role: Role,
}

impl FromRequestParts<App> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, app: &App) -> Result<Self, Problem> {
        let path = Path::<(String, String)>::from_request_parts(parts, app).await;
        let Ok(Path((handle, role))) = path else {
            return Err(Problem::bad_request("invalid_path", "The path is not percent-encoded UTF-8."));
        };
        let HandleKey(handle_key) = HandleKey::of(&handle)?;
        let role = role.parse().map_err(|_| {
            Problem::not_found(
                "role_not_found",
                "There is no such role. There are author, moderator, analyst and admin.",
            )
        })?;
        Ok(Self { handle_key, role })
    }
}

/// List a person's roles
///
/// Needs the role `admin`.
#[utoipa::path(
    get, path = "/v1/users/{handle}/roles", tag = "roles",
    params(("handle" = String, Path, description = "Whose.")),
    responses((status = 200, description = "As they are now.", body = Roles)),
    security(("bearer" = ["admin"]))
)]
pub async fn list_roles(
    State(app): State<App>,
    HandleKey(handle): HandleKey,
    by: Person,
) -> Result<Json<Roles>, Problem> {
    by.must_have(Role::Admin)?;
    let user = facts::user_of_handle(&app, &handle).await?;
    Ok(Json(Roles::of(&app.executor.load::<User>(user.0).await?.state)))
}

/// Grant a role
///
/// Needs the role `admin`. The first admin is made by `madang grant`.
#[utoipa::path(
    put, path = "/v1/users/{handle}/roles/{role}", tag = "roles",
    params(
        ("handle" = String, Path, description = "To whom."),
        ("role" = String, Path, description = "One of author, moderator, analyst, admin.")
    ),
    responses((status = 204, description = "Granted, now or before.")),
    security(("bearer" = ["admin"]))
)]
pub async fn grant_role(
    State(app): State<App>,
    named: Named,
    request: WriteRequest,
) -> Result<Response, Problem> {
    let role = named.role;
    execute(&app, &named, &request, UserCommand::GrantRole { role }).await
}

/// Revoke a role
///
/// Needs the role `admin`.
#[utoipa::path(
    delete, path = "/v1/users/{handle}/roles/{role}", tag = "roles",
    params(
        ("handle" = String, Path, description = "From whom."),
        ("role" = String, Path, description = "One of author, moderator, analyst, admin.")
    ),
    responses((status = 204, description = "Not theirs any more.")),
    security(("bearer" = ["admin"]))
)]
pub async fn revoke_role(
    State(app): State<App>,
    named: Named,
    request: WriteRequest,
) -> Result<Response, Problem> {
    let role = named.role;
    execute(&app, &named, &request, UserCommand::RevokeRole { role }).await
}

async fn execute(
    app: &App,
    named: &Named,
    request: &WriteRequest,
    command: UserCommand,
) -> Result<Response, Problem> {
    request.by.must_have(Role::Admin)?;
    let user = facts::user_of_handle(app, &named.handle_key).await?;
    let answer = app.executor.execute::<User>(user.0, command, &request.unversioned()).await?;
    Ok(request.committed(app, &answer).done())
}
