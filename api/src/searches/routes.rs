//! What the caller has searched for. Only what they commit to is remembered, and only its id is an event.

use super::dto::{NewSearch, RememberedSearch, Search};
use crate::app::App;
use crate::edge::list::{self, Limit};
use crate::edge::path::{Id, InPath};
use crate::edge::{List, Problem, Reader, WriteRequest, WriteRequestWith};
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use chrono::Utc;
use domain::search_history::{SearchHistory, SearchHistoryCommand};
use domain::value::{SearchHistoryId, SearchId};
use event_log::event_store::Answer;
use projections::searches::query;
use serde::Deserialize;
use utoipa::IntoParams;

impl InPath for SearchId {
    const NOT_FOUND: (&'static str, &'static str) =
        ("search_not_found", "You have no such search, or it was forgotten already.");
}

/// Remember a search
///
/// Send it when the person commits to it, by Enter or by following a hit, not for each key. Nobody else sees it. The
/// same again, however it is written, moves up; the newest 50 are kept.
#[utoipa::path(
    post, path = "/v1/me/searches", tag = "search",
    request_body = NewSearch,
    responses((status = 200, description = "Remembered, now or before.", body = RememberedSearch)),
    security(("bearer" = []))
)]
pub async fn remember_search(
    State(app): State<App>,
    WriteRequestWith { asked, fields }: WriteRequestWith<NewSearch>,
) -> Result<Response, Problem> {
    let text = fields.text()?;
    let user_id = asked.by.id;
    let search_id = app.vault.searches.note(user_id, &text).await?;
    let command = SearchHistoryCommand::Remember { user_id, search_id, at: Utc::now() };
    let answer = execute(&app, &asked, command).await?;
    let known = &answer.state.searches;
    app.vault.searches.settle(user_id, search_id, known, answer.version).await?;
    // Of a repeat with the same key: as it was the first time.
    let id = known.last().unwrap_or(&search_id).0;
    let query = text.to_string();
    Ok(asked.committed(&app, &answer).answered(RememberedSearch { id, query }))
}

/// Forget a search
#[utoipa::path(
    delete, path = "/v1/me/searches/{id}", tag = "search",
    params(("id" = Uuid, Path, description = "The search.")),
    responses((status = 204, description = "Forgotten.")),
    security(("bearer" = []))
)]
pub async fn forget_search(
    State(app): State<App>,
    Id(search_id): Id<SearchId>,
    asked: WriteRequest,
) -> Result<Response, Problem> {
    let user_id = asked.by.id;
    // Its words first: whatever happens in between, they are gone.
    app.vault.searches.forget(user_id, search_id).await?;
    let answer = execute(&app, &asked, SearchHistoryCommand::Forget { user_id, search_id }).await?;
    Ok(asked.committed(&app, &answer).done())
}

/// Forget all searches
#[utoipa::path(
    delete, path = "/v1/me/searches", tag = "search",
    responses((status = 204, description = "Forgotten, now or before.")),
    security(("bearer" = []))
)]
pub async fn forget_searches(State(app): State<App>, asked: WriteRequest) -> Result<Response, Problem> {
    let user_id = asked.by.id;
    // Not the words first: this may be the repeat of a request, and they what was searched since.
    app.vault.searches.will_forget_all(user_id).await?;
    let answer = execute(&app, &asked, SearchHistoryCommand::Clear { user_id }).await?;
    app.vault.searches.forget_all(user_id, &answer.state.searches, answer.updated_at).await?;
    Ok(asked.committed(&app, &answer).done())
}

async fn execute(
    app: &App,
    asked: &WriteRequest,
    command: SearchHistoryCommand,
) -> Result<Answer<SearchHistory>, Problem> {
    let id = SearchHistoryId::of(asked.by.id);
    Ok(app.executor.execute::<SearchHistory>(id.0, command, &asked.unversioned()).await?)
}

/// The query string of the list of searches.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SearchesQuery {
    /// How many items at most.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 100, default = 20, required = false)]
    limit: Limit,
}

/// List what the caller has searched for, newest first
///
/// One page only: there are 50 at most.
#[utoipa::path(
    get, path = "/v1/me/searches", tag = "search",
    params(SearchesQuery),
    responses((status = 200, description = "Searches.", body = List<Search>)),
    security(("bearer" = []))
)]
pub async fn list_searches(State(app): State<App>, uri: Uri, reader: Reader) -> Result<Response, Problem> {
    let SearchesQuery { limit } = list::query(&uri)?;
    let me = reader.known()?.id;
    let fresh = reader.see(&app, &["searches"]).await;
    let searches = app.read(|| query::recent(&app.reads, me, "", limit.into())).await?;
    Ok(fresh.json(List { items: searches.into_iter().map(Search::from).collect(), next_cursor: None }))
}
