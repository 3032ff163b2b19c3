//! The rules of a search history.

use super::{SearchHistory, SearchHistoryCommand, SearchHistoryEvent};
use crate::aggregate::{Decide, Refusal, RefusalKind, cqrs_aggregate};
use crate::value::SearchId;
use chrono::{DateTime, Utc};

/// The rule that a command broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SearchHistoryRefusal {
    /// The search never was the person's, or is forgotten already.
    #[error("you have no such search, or it was forgotten already")]
    SearchNotFound,
}

impl Refusal for SearchHistoryRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::SearchNotFound => "search_not_found",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::SearchNotFound => RefusalKind::NotFound,
        }
    }
}

impl Decide for SearchHistory {
    const TYPE: &'static str = "search_history";
    type Command = SearchHistoryCommand;
    type Event = SearchHistoryEvent;
    type Refusal = SearchHistoryRefusal;

    fn decide(
        &self,
        command: &SearchHistoryCommand,
    ) -> Result<Vec<SearchHistoryEvent>, SearchHistoryRefusal> {
        match *command {
            SearchHistoryCommand::Remember { user_id, search_id, at } => {
                if self.is_the_latest(search_id, at) {
                    return Ok(vec![]);
                }
                let is_new = !self.searches.contains(&search_id);
                let oldest = self.searches.first().filter(|_| is_new && self.searches.len() >= Self::MAX);
                let forgotten =
                    oldest.map(|&search_id| SearchHistoryEvent::SearchForgotten { user_id, search_id });
                let remembered = SearchHistoryEvent::SearchRemembered { user_id, search_id, at };
                Ok(forgotten.into_iter().chain([remembered]).collect())
            }
            SearchHistoryCommand::Forget { user_id, search_id } => {
                if !self.searches.contains(&search_id) {
                    return Err(SearchHistoryRefusal::SearchNotFound);
                }
                Ok(vec![SearchHistoryEvent::SearchForgotten { user_id, search_id }])
            }
            SearchHistoryCommand::Clear { user_id } => {
                if self.searches.is_empty() {
                    return Ok(vec![]);
                }
                Ok(vec![SearchHistoryEvent::SearchesCleared { user_id }])
            }
        }
    }

    fn evolve(&mut self, event: &SearchHistoryEvent) {
        match event {
            SearchHistoryEvent::SearchRemembered { search_id, at, .. } => {
                self.forget(*search_id);
                self.searches.push(*search_id);
                self.latest_at = Some(*at);
            }
            SearchHistoryEvent::SearchForgotten { search_id, .. } => self.forget(*search_id),
            SearchHistoryEvent::SearchesCleared { .. } => self.searches.clear(),
        }
    }
}

cqrs_aggregate!(SearchHistory);

impl SearchHistory {
    fn is_the_latest(&self, search: SearchId, at: DateTime<Utc>) -> bool {
        let is_soon = self.latest_at.is_some_and(|latest_at| at < latest_at + Self::SAME_FOR);
        is_soon && self.searches.last() == Some(&search)
    }

    fn forget(&mut self, search: SearchId) {
        self.searches.retain(|known| *known != search);
    }
}
