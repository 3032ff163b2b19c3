//! Boards: listed, read, set up.

use super::dto::{Board, SetBoard};
use super::target::SlugInPath;
use crate::app::App;
use crate::edge::path::{Id, InPath};
use crate::edge::{ByAdmin, List, Listing, PageQuery, Problem, Reader, list};
use axum::extract::State;
use axum::response::Response;
use chrono::Utc;
use domain::board;
use domain::value::{BoardId, Slug};
use event_log::event_store::Envelope;
use projections::boards::query;

/// List boards, by their names in addresses
#[utoipa::path(
    get, path = "/v1/boards", tag = "boards",
    params(PageQuery),
    responses((status = 200, description = "Boards.", body = List<Board>)),
    security((), ("bearer" = []))
)]
pub async fn list_boards(
    State(app): State<App>,
    listing: Listing,
    reader: Reader,
) -> Result<Response, Problem> {
    const LIST: &str = "boards";
    let (after, limit, now) = (listing.after::<String>(LIST)?, listing.limit(), Utc::now());
    let fresh = reader.see(&app, &["boards"]).await;
    let page = app.read(|| query::list(&app.reads, after.as_deref(), limit)).await?;
    Ok(listing.answer(LIST, fresh, page.map(|board| Board::of(board.id, board.state, now))))
}

/// Read a board
#[utoipa::path(
    get, path = "/v1/boards/{slug}", tag = "boards",
    params(("slug" = String, Path, description = "Its name in addresses.")),
    responses((status = 200, description = "The board.", body = Board)),
    security((), ("bearer" = []))
)]
pub async fn get_board(
    State(app): State<App>,
    Id(SlugInPath(slug)): Id<SlugInPath>,
    reader: Reader,
) -> Result<Response, Problem> {
    let fresh = reader.see(&app, &["boards"]).await;
    match app.read(|| query::by_slug(&app.reads, &slug)).await? {
        Some(board) => Ok(fresh.one(board.version, Board::of(board.id, board.state, Utc::now()))),
        None => Err(fresh.not_found(SlugInPath::NOT_FOUND.0, SlugInPath::NOT_FOUND.1)),
    }
}

/// Set up a board, or change it
///
/// Needs the role `admin`; an operator may do it in nobody's name. A field that is left out is as if it had
/// never been set.
#[utoipa::path(
    put, path = "/v1/boards/{slug}", tag = "boards",
    params(("slug" = String, Path, description = "Its name in addresses: 2 to 30 of a to z, digits and -.")),
    request_body = SetBoard,
    responses((status = 200, description = "As it is now.", body = Board)),
    security(("bearer" = ["admin"]))
)]
pub async fn set_board(
    State(app): State<App>,
    Id(SlugInPath(slug)): Id<SlugInPath>,
    by: ByAdmin<SetBoard>,
) -> Result<Response, Problem> {
    let slug = Slug::parse(&slug).map_err(|invalid| list::bad_parameter("slug", &invalid))?;
    let id = BoardId::of(slug.as_str());
    let command = by.fields.command(slug.clone())?;
    let envelope = Envelope { expected_versions: None, ..by.envelope.clone() };
    let answer = app.executor.execute::<board::Board>(id.0, command, &envelope).await?;
    let committed = by.committed(&app, &answer);
    let board = answer.state.or_built_in(slug.as_str());
    Ok(committed.changed(answer.version, Board::of(id, board, Utc::now())))
}
