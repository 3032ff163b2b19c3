//! The routes of exports.

use super::dto::{Export, Fetch, Fetched};
use super::maker::MakeExport;
use crate::app::App;
use crate::edge::member::hourly;
use crate::edge::{Form, Member, Problem};
use crate::pages::{carried, over};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::value::UserId;
use photos::s3::Storage;
use std::time::Duration;
use vault::attempts::Policy;
use vault::exports;

const LINKS: Policy = hourly("export_link", 60);
const DOWNLOAD: Duration = Duration::from_secs(5 * 60);
/// The seconds before a client is to ask again: most exports are ready by then.
const ASK_AGAIN_SECONDS: &str = "5";

/// Take away one's own data
///
/// The export is a ZIP: the account, what one has written and liked, whom one follows, and everything that
/// one ever did as JSON, and one's photos. The first call has it made (202, `preparing`), and a letter with a
/// link comes when it is ready; calls from then on say where to download it. The export is kept for a week,
/// and made anew for a person who asks after a day.
#[utoipa::path(
    get, path = "/v1/me/export", tag = "account",
    responses(
        (status = 200, description = "Ready.", body = Export),
        (status = 202, description = "It is being made. Ask again in a moment, or wait for the letter.", body = Export)
    ),
    security(("bearer" = []))
)]
pub async fn get_export(State(app): State<App>, member: Member) -> Result<Response, Problem> {
    let storage = app.storage()?;
    let mut tx = app.pool.begin().await?;
    let export = app.vault.exports.ask(&mut tx, member.id).await?;
    if export.made_at.is_none() {
        app.queue.enqueue(&mut *tx, &MakeExport::of(member.id)).await?;
    }
    tx.commit().await?;
    if export.made_at.is_none() {
        app.queue.poke();
        let again = [("retry-after", ASK_AGAIN_SECONDS)];
        return Ok((StatusCode::ACCEPTED, again, Json(Export::of(&export, None))).into_response());
    }
    let url = download_url(storage, member.id, &export).await?;
    Ok(Json(Export::of(&export, Some(url))).into_response())
}

/// Fetch an export by the link of the letter
///
/// The link works as often as one likes, for a week, without being logged in.
#[utoipa::path(
    post, path = "/v1/exports/downloads", tag = "account",
    request_body = Fetch,
    responses((status = 200, description = "Where the file is.", body = Fetched)),
    security(())
)]
pub async fn fetch_export(State(app): State<App>, form: Form<Fetch>) -> Result<Json<Fetched>, Problem> {
    form.from.may(&app, &LINKS).await?;
    let storage = app.storage()?;
    let found = match carried(&form.fields.token) {
        Some(token) => app.vault.exports.of_link(token).await?,
        None => None,
    };
    let Some((user, export)) = found else {
        return Err(over("This link is too old, or another export was made since. Ask for your data anew."));
    };
    Ok(Json(Fetched { download_url: download_url(storage, user, &export).await? }))
}

async fn download_url(storage: &Storage, user: UserId, export: &exports::Export) -> Result<String, Problem> {
    let day = export.made_at.unwrap_or(export.asked_at).format("%Y-%m-%d");
    Ok(storage.download_url(&export.key(user), &format!("madang-{day}.zip"), DOWNLOAD).await?)
}
