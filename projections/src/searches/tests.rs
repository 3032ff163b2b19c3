//! Tests that batches fold to their net effect.

use super::SearchesProjector;
use super::fold::{SearchChange, SearchHistoryChanges};
use crate::Projector;
use crate::given::{commented, id, log, registered, second};
use domain::Event;
use domain::search_history::SearchHistoryEvent;
use domain::user::UserEvent;
use domain::value::{SearchId, UserId};
use std::collections::{BTreeMap, BTreeSet};

fn remembered(user: u128, search: u128) -> (u128, Event) {
    let (user_id, search_id) = (UserId(id(user)), SearchId(id(search)));
    // The time by the server's clock does not matter here.
    (0, Event::SearchHistory(SearchHistoryEvent::SearchRemembered { user_id, search_id, at: second(0) }))
}

fn forgotten(user: u128, search: u128) -> (u128, Event) {
    let (user_id, search_id) = (UserId(id(user)), SearchId(id(search)));
    (0, Event::SearchHistory(SearchHistoryEvent::SearchForgotten { user_id, search_id }))
}

fn cleared(user: u128) -> (u128, Event) {
    (0, Event::SearchHistory(SearchHistoryEvent::SearchesCleared { user_id: UserId(id(user)) }))
}

fn change(user: u128, position: Option<i64>) -> SearchChange {
    SearchChange {
        user_id: UserId(id(user)),
        searched: position.map(|position| (position, second(position))),
    }
}

#[test]
fn the_last_word_on_a_search_counts() {
    let log = log(vec![
        remembered(1, 10),
        remembered(1, 11),
        remembered(1, 10),
        forgotten(1, 11),
        forgotten(2, 12),
        remembered(2, 12),
    ]);
    let expected = [
        (SearchId(id(10)), change(1, Some(3))),
        (SearchId(id(11)), change(1, None)),
        (SearchId(id(12)), change(2, Some(6))),
    ];
    let changes = SearchHistoryChanges::of(&log);
    assert_eq!(changes.searches, BTreeMap::from(expected));
    assert_eq!(changes.cleared, BTreeSet::new());
}

#[test]
fn what_is_searched_after_all_was_forgotten_is_there() {
    let log = log(vec![remembered(1, 10), remembered(2, 11), cleared(1), remembered(1, 12)]);
    let changes = SearchHistoryChanges::of(&log);
    let expected = [(SearchId(id(11)), change(2, Some(2))), (SearchId(id(12)), change(1, Some(4)))];
    assert_eq!(changes.searches, BTreeMap::from(expected));
    assert_eq!(changes.cleared, BTreeSet::from([UserId(id(1))]));
}

#[test]
fn who_is_erased_has_searched_for_nothing_and_is_not_away() {
    let log = log(vec![
        remembered(1, 10),
        (1, Event::User(UserEvent::UserDeactivated {})),
        (2, Event::User(UserEvent::UserDeactivated {})),
        (3, Event::User(UserEvent::UserDeactivated {})),
        (3, Event::User(UserEvent::UserReactivated {})),
        (1, Event::User(UserEvent::PersonErased {})),
    ]);
    let changes = SearchHistoryChanges::of(&log);
    assert_eq!(changes.searches, BTreeMap::new());
    assert_eq!(changes.cleared, BTreeSet::from([UserId(id(1))]));
    let expected = [(UserId(id(1)), false), (UserId(id(2)), true), (UserId(id(3)), false)];
    assert_eq!(changes.away, BTreeMap::from(expected));
}

#[test]
fn what_no_search_depends_on_is_passed_over() {
    let concerns = |event: Event| SearchesProjector.concerns(&event);
    assert!(concerns(remembered(1, 10).1) && concerns(cleared(1).1));
    assert!(concerns(Event::User(UserEvent::UserDeactivated {})));
    assert!(!concerns(registered("mina")) && !concerns(commented(1, 9, None, None)));
}
