//! The tags that the caller follows. Repeats are harmless both ways.

use super::dto::TagPage;
use crate::app::App;
use crate::edge::path::TagName;
use crate::edge::{List, Listing, PageQuery, Problem, Reader, WriteRequest};
use axum::extract::State;
use axum::response::Response;
use domain::followed_tags::{FollowedTags, FollowedTagsCommand};
use domain::value::{FollowedTagsId, UserId};
use projections::tags::query;

/// Follow a tag
///
/// The tag's posts come to `GET /v1/me/tags/posts`. One person follows 100 tags at most.
#[utoipa::path(
    put, path = "/v1/tags/{tag}/follow", tag = "tags",
    params(("tag" = String, Path, description = "The tag, with or without `#`.")),
    responses((status = 204, description = "Followed, now or before.")),
    security(("bearer" = []))
)]
pub async fn follow_tag(
    State(app): State<App>,
    TagName(tag): TagName,
    request: WriteRequest,
) -> Result<Response, Problem> {
    let user_id = request.by.id;
    execute(&app, &request, user_id, FollowedTagsCommand::Follow { user_id, tag }).await
}

/// Follow a tag no longer
#[utoipa::path(
    delete, path = "/v1/tags/{tag}/follow", tag = "tags",
    params(("tag" = String, Path, description = "The tag, with or without `#`.")),
    responses((status = 204, description = "Not followed any more.")),
    security(("bearer" = []))
)]
pub async fn unfollow_tag(
    State(app): State<App>,
    TagName(tag): TagName,
    request: WriteRequest,
) -> Result<Response, Problem> {
    let user_id = request.by.id;
    execute(&app, &request, user_id, FollowedTagsCommand::Unfollow { user_id, tag }).await
}

async fn execute(
    app: &App,
    request: &WriteRequest,
    user: UserId,
    command: FollowedTagsCommand,
) -> Result<Response, Problem> {
    let id = FollowedTagsId::of(user);
    let answer = app.executor.execute::<FollowedTags>(id.0, command, &request.unversioned()).await?;
    Ok(request.committed(app, &answer).done())
}

/// List the tags that the caller follows, in alphabetical order
#[utoipa::path(
    get, path = "/v1/me/tags", tag = "tags",
    params(PageQuery),
    responses((status = 200, description = "Tags.", body = List<TagPage>)),
    security(("bearer" = []))
)]
pub async fn list_followed_tags(
    State(app): State<App>,
    listing: Listing,
    reader: Reader,
) -> Result<Response, Problem> {
    const LIST: &str = "followed_tags";
    let me = reader.known()?.id;
    let (after, limit) = (listing.after::<String>(LIST)?, listing.limit());
    let fresh = reader.see(&app, &["tags"]).await;
    let page = app.read(|| query::followed(&app.reads, me, after.clone(), limit)).await?;
    Ok(listing.answer(LIST, fresh, page.map(TagPage::from)))
}
