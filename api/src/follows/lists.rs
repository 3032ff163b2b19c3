//! The lists of a person's followers, and of the people whom they follow.

use crate::app::App;
use crate::edge::path::HandleKey;
use crate::edge::{List, Listing, PageQuery, Problem, Reader};
use crate::users::dto::Person;
use axum::extract::State;
use axum::response::Response;
use projections::profiles::query;
use projections::{Page, Position};

/// List the people who follow a person, the latest follow first
#[utoipa::path(
    get, path = "/v1/users/{handle}/followers", tag = "follows",
    params(("handle" = String, Path, description = "The person's handle."), PageQuery),
    responses((status = 200, description = "People.", body = List<Person>)),
    security((), ("bearer" = []))
)]
pub async fn list_followers(
    State(app): State<App>,
    handle: HandleKey,
    listing: Listing,
    reader: Reader,
) -> Result<Response, Problem> {
    const LIST: &str = "followers";
    let (viewer, after, limit) = (reader.viewer(), listing.after::<Position>(LIST)?, listing.limit());
    let fresh = reader.see(&app, &["profiles"]).await;
    let person = handle.profile(&app, &reader, &fresh).await?;
    if !person.is_open_to(viewer) {
        return Ok(listing.answer(LIST, fresh, Page::<Person, Position>::nothing()));
    }
    let page = app.read(|| query::followers(&app.reads, person.id, viewer, after, limit)).await?;
    Ok(listing.answer(LIST, fresh, page.map(Person::from)))
}

/// List the people whom a person follows, the latest follow first
#[utoipa::path(
    get, path = "/v1/users/{handle}/following", tag = "follows",
    params(("handle" = String, Path, description = "The person's handle."), PageQuery),
    responses((status = 200, description = "People.", body = List<Person>)),
    security((), ("bearer" = []))
)]
pub async fn list_following(
    State(app): State<App>,
    handle: HandleKey,
    listing: Listing,
    reader: Reader,
) -> Result<Response, Problem> {
    const LIST: &str = "following";
    let (viewer, after, limit) = (reader.viewer(), listing.after::<Position>(LIST)?, listing.limit());
    let fresh = reader.see(&app, &["profiles"]).await;
    let person = handle.profile(&app, &reader, &fresh).await?;
    if !person.is_open_to(viewer) {
        return Ok(listing.answer(LIST, fresh, Page::<Person, Position>::nothing()));
    }
    let page = app.read(|| query::following(&app.reads, person.id, viewer, after, limit)).await?;
    Ok(listing.answer(LIST, fresh, page.map(Person::from)))
}

/// List the people who ask to follow the caller, the latest first
#[utoipa::path(
    get, path = "/v1/me/follow-requests", tag = "follows",
    params(PageQuery),
    responses((status = 200, description = "People.", body = List<Person>)),
    security(("bearer" = []))
)]
pub async fn list_follow_requests(
    State(app): State<App>,
    listing: Listing,
    reader: Reader,
) -> Result<Response, Problem> {
    const LIST: &str = "follow_requests";
    let me = reader.known()?.id;
    let (after, limit) = (listing.after::<Position>(LIST)?, listing.limit());
    let fresh = reader.see(&app, &["profiles"]).await;
    let page = app.read(|| query::follow_requests(&app.reads, me, after, limit)).await?;
    Ok(listing.answer(LIST, fresh, page.map(Person::from)))
}
