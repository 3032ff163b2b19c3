//! A person's searches: forgotten when the account is erased, or exported.

use super::Search;
use crate::app::App;
use crate::personal::{ErasedPerson, Export, ExportError, Exporter, TakeBack, TakeBackError};
use domain::search_history::{SearchHistory, SearchHistoryCommand};
use domain::value::{SearchHistoryId, UserId};
use futures::future::BoxFuture;
use projections::searches;

/// The search history is cleared.
pub(super) static TAKE_BACK: &[TakeBack] = &[TakeBack::End(clear)];

/// The export of all remembered searches.
pub(super) static EXPORTS: &[Export] = &[Export {
    name: "searches.json",
    korean: "기억해 둔 검색어, 최신순",
    english: "what you searched for, newest first",
    reads: &["searches"],
    write: remembered,
}];

fn clear(person: &ErasedPerson) -> BoxFuture<'_, Result<(), TakeBackError>> {
    let (user_id, id) = (person.id, SearchHistoryId::of(person.id).0);
    Box::pin(person.execute::<SearchHistory>(id, SearchHistoryCommand::Clear { user_id }))
}

fn remembered(app: &App, me: UserId, file: Exporter) -> BoxFuture<'_, Result<(), ExportError>> {
    Box::pin(async move {
        let searched = searches::query::recent(&app.pool, me, "", SearchHistory::MAX).await?;
        file.one(&searched.into_iter().map(Search::from).collect::<Vec<_>>()).await
    })
}
