//! The queries of boards.

use super::Board;
use crate::reads::Reads;
use crate::{Page, scanned};
use domain::board::{self, Hours};
use domain::value::BoardId;
use sqlx::Row;
use sqlx::postgres::PgRow;
use sqlx::types::Json;

/// Returns the board of this name in addresses.
///
/// # Errors
/// The database's error.
pub async fn by_slug(pool: impl Reads<'_>, slug: &str) -> Result<Option<Board>, sqlx::Error> {
    let row = sqlx::query(
        "select board_id, slug, name, description, anonymous, hours, closed, version
         from boards.boards where slug = $1",
    )
    .bind(slug)
    .fetch_optional(pool)
    .await?;
    row.as_ref().map(board).transpose()
}

/// Returns all boards, by their names in addresses.
///
/// # Errors
/// The database's error.
pub async fn list(
    pool: impl Reads<'_>,
    after: Option<&str>,
    limit: usize,
) -> Result<Page<Board, String>, sqlx::Error> {
    let rows = sqlx::query(
        "select board_id, slug, name, description, anonymous, hours, closed, version
         from boards.boards where slug > $1 order by slug limit $2",
    )
    .bind(after.unwrap_or_default())
    .bind(scanned::rows(limit))
    .fetch_all(pool)
    .await?;
    let boards = rows.iter().map(board).collect::<Result<_, _>>()?;
    Ok(Page::of(boards, limit, |board: &Board| board.state.slug.clone()))
}

fn board(row: &PgRow) -> Result<Board, sqlx::Error> {
    Ok(Board {
        id: BoardId(row.try_get("board_id")?),
        state: board::Board {
            opened: true,
            slug: row.try_get("slug")?,
            name: row.try_get("name")?,
            description: row.try_get("description")?,
            anonymous: row.try_get("anonymous")?,
            hours: row.try_get::<Option<Json<Hours>>, _>("hours")?.map(|json| json.0),
            closed: row.try_get("closed")?,
        },
        version: row.try_get("version")?,
    })
}
