//! The route by which a moderator is told who wrote.

use crate::app::App;
use crate::edge::path::{Id, InPath};
use crate::edge::{Author, Fields, Problem, WriteRequestWith};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::alias::{Alias, AliasCommand};
use domain::user::{Role, User};
use domain::value::{Reason, UserId};
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use utoipa::ToSchema;

/// An alias in a path.
#[derive(Clone, Copy, Debug)]
pub struct AliasId(UserId);

impl FromStr for AliasId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(Self)
    }
}

impl InPath for AliasId {
    const NOT_FOUND: (&'static str, &'static str) = (
        "author_unknown",
        "Nobody knows whose alias this is: it never was anyone's, or its owner was forgotten.",
    );
}

/// The reason why a moderator has to know the person.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reveal {
    /// The reason, 1 to 500 characters. It is kept for good beside the person who asked, and read by
    /// analysts: no names in it.
    #[schema(example = "신고된 글: 협박")]
    reason: String,
}

/// The person who wrote under an alias.
#[derive(Debug, Serialize, ToSchema)]
pub struct Revealed {
    /// The person.
    pub user: Author,
}

/// Be told who writes under an alias
///
/// Needs the role `moderator` or `admin`. The log keeps for good who was told and why; it does so before the
/// answer.
#[utoipa::path(
    post, path = "/v1/aliases/{id}/author", tag = "boards",
    params(("id" = Uuid, Path, description = "The `alias.id` of a post or a comment.")),
    request_body = Reveal,
    responses((status = 200, description = "The person.", body = Revealed)),
    security(("bearer" = ["moderator", "admin"]))
)]
pub async fn reveal_author(
    State(app): State<App>,
    Id(AliasId(alias)): Id<AliasId>,
    WriteRequestWith { request, fields }: WriteRequestWith<Reveal>,
) -> Result<Response, Problem> {
    if !request.by.user.has(Role::Moderator) && !request.by.user.has(Role::Admin) {
        let detail = "This needs the role moderator or admin. An admin can grant it.";
        return Err(Problem::new(StatusCode::FORBIDDEN, "role_needed", detail));
    }
    let mut wrong = Fields::default();
    let Some(reason) = wrong.take("/reason", Reason::parse(&fields.reason)) else {
        return Err(wrong.problem());
    };
    let Some(owner) = app.vault.aliases.owner(alias).await? else {
        return Err(Problem::not_found(AliasId::NOT_FOUND.0, AliasId::NOT_FOUND.1));
    };
    let command = AliasCommand::Reveal { moderator_id: request.by.id, reason };
    let answer = app.executor.execute::<Alias>(alias.0, command, &request.unversioned()).await?;
    let user = app.executor.load::<User>(owner.0).await?.state.clone();
    let committed = request.committed(&app, &answer);
    Ok(committed
        .changed(answer.version, Revealed { user: Author::new(owner, user.handle, user.display_name) }))
}
