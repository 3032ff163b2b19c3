use super::*;
use crate::value::{SearchId, UserId};
use chrono::{DateTime, TimeDelta, Utc};
use cqrs_es::test::TestFramework;
use uuid::Uuid;

type SearchHistoryTest = TestFramework<SearchHistory>;

const USER: UserId = UserId(Uuid::from_u128(1));

fn search(n: usize) -> SearchId {
    SearchId(Uuid::from_u128(n as u128))
}

fn minute(n: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).expect("in range") + TimeDelta::minutes(n)
}

fn remember(n: usize, at: i64) -> SearchHistoryCommand {
    SearchHistoryCommand::Remember { user_id: USER, search_id: search(n), at: minute(at) }
}

fn remembered(n: usize, at: i64) -> SearchHistoryEvent {
    SearchHistoryEvent::SearchRemembered { user_id: USER, search_id: search(n), at: minute(at) }
}

fn forget(n: usize) -> SearchHistoryCommand {
    SearchHistoryCommand::Forget { user_id: USER, search_id: search(n) }
}

fn forgotten(n: usize) -> SearchHistoryEvent {
    SearchHistoryEvent::SearchForgotten { user_id: USER, search_id: search(n) }
}

fn full() -> Vec<SearchHistoryEvent> {
    (0..SearchHistory::MAX).map(|n| remembered(n, 0)).collect()
}

#[test]
fn what_is_searched_again_is_the_latest_again() {
    SearchHistoryTest::with(())
        .given(vec![remembered(1, 0), remembered(2, 1)])
        .when(remember(1, 2))
        .then_expect_events(vec![remembered(1, 2)]);
}

#[test]
fn the_latest_searched_again_within_minutes_is_one_search() {
    let given = || SearchHistoryTest::with(()).given(vec![remembered(2, 0), remembered(1, 0)]);
    given().when(remember(1, 9)).then_expect_events(vec![]);
    given().when(remember(1, 10)).then_expect_events(vec![remembered(1, 10)]);
    given().when(remember(2, 1)).then_expect_events(vec![remembered(2, 1)]);
}

#[test]
fn the_oldest_makes_room_for_a_new_one() {
    let new = SearchHistory::MAX;
    SearchHistoryTest::with(())
        .given(full())
        .when(remember(new, 1))
        .then_expect_events(vec![forgotten(0), remembered(new, 1)]);
    SearchHistoryTest::with(()).given(full()).when(remember(0, 1)).then_expect_events(vec![remembered(0, 1)]);
    let mut again = full();
    again.push(remembered(0, 1));
    SearchHistoryTest::with(())
        .given(again)
        .when(remember(new, 2))
        .then_expect_events(vec![forgotten(1), remembered(new, 2)]);
}

#[test]
fn what_is_remembered_can_be_forgotten_once() {
    SearchHistoryTest::with(())
        .given(vec![remembered(1, 0)])
        .when(forget(1))
        .then_expect_events(vec![forgotten(1)]);
    SearchHistoryTest::with(())
        .given(vec![remembered(1, 0), forgotten(1)])
        .when(forget(1))
        .then_expect_error(SearchHistoryRefusal::SearchNotFound);
    SearchHistoryTest::with(())
        .given(vec![remembered(1, 0), forgotten(1)])
        .when(remember(1, 1))
        .then_expect_events(vec![remembered(1, 1)]);
}

#[test]
fn all_is_forgotten_at_once() {
    let clear = SearchHistoryCommand::Clear { user_id: USER };
    let cleared = || SearchHistoryEvent::SearchesCleared { user_id: USER };
    SearchHistoryTest::with(()).given(full()).when(clear).then_expect_events(vec![cleared()]);
    let mut history = full();
    history.push(cleared());
    SearchHistoryTest::with(()).given(history.clone()).when(clear).then_expect_events(vec![]);
    SearchHistoryTest::with(())
        .given(history)
        .when(forget(1))
        .then_expect_error(SearchHistoryRefusal::SearchNotFound);
}
