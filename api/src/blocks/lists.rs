//! The lists of people whom the caller keeps away.

use crate::app::App;
use crate::edge::{List, Listing, PageQuery, Problem, Reader};
use crate::users::dto::Person;
use axum::extract::State;
use axum::response::Response;
use domain::value::UserId;
use projections::profiles::query;

/// List the people whom the caller blocks
#[utoipa::path(
    get, path = "/v1/me/blocks", tag = "blocks",
    params(PageQuery),
    responses((status = 200, description = "People.", body = List<Person>)),
    security(("bearer" = []))
)]
pub async fn list_blocks(
    State(app): State<App>,
    listing: Listing,
    reader: Reader,
) -> Result<Response, Problem> {
    const LIST: &str = "blocks";
    let me = reader.known()?.id;
    let (after, limit) = (listing.after::<UserId>(LIST)?, listing.limit());
    let fresh = reader.see(&app, &["profiles"]).await;
    let page = app.read(|| query::blocked(&app.reads, me, after, limit)).await?;
    Ok(listing.answer(LIST, fresh, page.map(Person::from)))
}

/// List the people whom the caller mutes
#[utoipa::path(
    get, path = "/v1/me/mutes", tag = "blocks",
    params(PageQuery),
    responses((status = 200, description = "People.", body = List<Person>)),
    security(("bearer" = []))
)]
pub async fn list_mutes(
    State(app): State<App>,
    listing: Listing,
    reader: Reader,
) -> Result<Response, Problem> {
    const LIST: &str = "mutes";
    let me = reader.known()?.id;
    let (after, limit) = (listing.after::<UserId>(LIST)?, listing.limit());
    let fresh = reader.see(&app, &["profiles"]).await;
    let page = app.read(|| query::muted(&app.reads, me, after, limit)).await?;
    Ok(listing.answer(LIST, fresh, page.map(Person::from)))
}
