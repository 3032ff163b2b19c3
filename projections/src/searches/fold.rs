//! The fold of a batch: its net change of searches.

use crate::{Position, RecordedEvent};
use chrono::{DateTime, Utc};
use domain::Event;
use domain::search_history::SearchHistoryEvent;
use domain::user::UserEvent;
use domain::value::{SearchId, UserId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The net effect of a batch: first all searches of the cleared people go, then these changes are made.
#[derive(Debug, Default)]
pub(super) struct SearchHistoryChanges {
    /// The people whose searches so far are forgotten.
    pub(super) cleared: BTreeSet<UserId>,
    /// The change of each search by the batch's end.
    pub(super) searches: BTreeMap<SearchId, SearchChange>,
    /// True for each person who has left, false for each who is back or erased.
    pub(super) away: BTreeMap<UserId, bool>,
}

/// The change of one search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SearchChange {
    pub(super) user_id: UserId,
    /// The position and time of the last search; none if the search is forgotten.
    pub(super) searched: Option<(Position, DateTime<Utc>)>,
}

impl SearchHistoryChanges {
    pub(super) fn of(events: &[Arc<RecordedEvent>]) -> Self {
        let mut changes = Self::default();
        for recorded in events {
            match &recorded.event {
                Ok(Event::SearchHistory(event)) => changes.search(recorded, event),
                Ok(Event::User(event)) => changes.user(UserId(recorded.aggregate_id), event),
                Ok(_) | Err(_) => {}
            }
        }
        changes
    }

    fn search(&mut self, recorded: &RecordedEvent, event: &SearchHistoryEvent) {
        match *event {
            SearchHistoryEvent::SearchRemembered { user_id, search_id, .. } => {
                let searched = Some((recorded.position, recorded.recorded_at));
                self.searches.insert(search_id, SearchChange { user_id, searched });
            }
            SearchHistoryEvent::SearchForgotten { user_id, search_id } => {
                self.searches.insert(search_id, SearchChange { user_id, searched: None });
            }
            SearchHistoryEvent::SearchesCleared { user_id } => self.clear(user_id),
        }
    }

    fn user(&mut self, user_id: UserId, event: &UserEvent) {
        match event {
            UserEvent::UserDeactivated {} => drop(self.away.insert(user_id, true)),
            UserEvent::UserReactivated {} => drop(self.away.insert(user_id, false)),
            UserEvent::PersonErased {} => {
                self.away.insert(user_id, false);
                self.clear(user_id);
            }
            UserEvent::UserRegistered { .. }
            | UserEvent::ProfileChanged { .. }
            | UserEvent::HandleChanged { .. }
            | UserEvent::AvatarChanged { .. }
            | UserEvent::BannerChanged { .. }
            | UserEvent::PrivacyChanged { .. }
            | UserEvent::PinsChanged { .. }
            | UserEvent::RoleGranted { .. }
            | UserEvent::RoleRevoked { .. } => {}
        }
    }

    fn clear(&mut self, user: UserId) {
        self.searches.retain(|_, change| change.user_id != user);
        self.cleared.insert(user);
    }
}
