//! The caller's searches. Only a search that the caller commits to is remembered, and only its id is an
//! event.

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
/// Send the search when the person commits to it, by Enter or by following a hit, not for each key. Nobody
/// else sees it. The same query again, however it is written, moves up; the newest 50 searches are kept.
#[utoipa::path(
    post, path = "/v1/me/searches", tag = "search",
    request_body = NewSearch,
    responses((status = 200, description = "Remembered, now or before.", body = RememberedSearch)),
    security(("bearer" = []))
)]
pub async fn remember_search(
    State(app): State<App>,
    WriteRequestWith { request, fields }: WriteRequestWith<NewSearch>,
) -> Result<Response, Problem> {
    let text = fields.text()?;
    let user_id = request.by.id;
    let search_id = app.vault.searches.note(user_id, &text).await?;
    let command = SearchHistoryCommand::Remember { user_id, search_id, at: Utc::now() };
    let answer = execute(&app, &request, command).await?;
    let known = &answer.state.searches;
    app.vault.searches.settle(user_id, search_id, known, answer.version).await?;
    // The id may be that of a repeat with the same key: the answer is as it was the first time.
    let id = known.last().unwrap_or(&search_id).0;
    let query = text.to_string();
    Ok(request.committed(&app, &answer).answered(RememberedSearch { id, query }))
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
    request: WriteRequest,
) -> Result<Response, Problem> {
    let user_id = request.by.id;
    // The words are forgotten first: whatever happens in between, they are gone.
    app.vault.searches.forget(user_id, search_id).await?;
    let answer = execute(&app, &request, SearchHistoryCommand::Forget { user_id, search_id }).await?;
    Ok(request.committed(&app, &answer).done())
}

/// Forget all searches
#[utoipa::path(
    delete, path = "/v1/me/searches", tag = "search",
    responses((status = 204, description = "Forgotten, now or before.")),
    security(("bearer" = []))
)]
pub async fn forget_searches(State(app): State<App>, request: WriteRequest) -> Result<Response, Problem> {
    let user_id = request.by.id;
    // The words are not forgotten first: this request may be a repeat, and the words may be of searches
    // since.
    app.vault.searches.will_forget_all(user_id).await?;
    let answer = execute(&app, &request, SearchHistoryCommand::Clear { user_id }).await?;
    app.vault.searches.forget_all(user_id, &answer.state.searches, answer.updated_at).await?;
    Ok(request.committed(&app, &answer).done())
}

async fn execute(
    app: &App,
    request: &WriteRequest,
    command: SearchHistoryCommand,
) -> Result<Answer<SearchHistory>, Problem> {
    let id = SearchHistoryId::of(request.by.id);
    Ok(app.executor.execute::<SearchHistory>(id.0, command, &request.unversioned()).await?)
}

/// The query string of the list of searches.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SearchesQuery {
    /// The page's limit: how many items at most.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 100, default = 20, required = false)]
    limit: Limit,
}

/// List what the caller has searched for, newest first
///
/// The answer is one page only: there are 50 searches at most.
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
