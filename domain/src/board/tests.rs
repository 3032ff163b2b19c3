use super::*;
use crate::value::{BoardDescription, BoardName, Slug};
use cqrs_es::test::TestFramework;

type BoardTest = TestFramework<Board>;

fn set(slug: &str, anonymous: bool, hours: Option<Hours>, closed: bool) -> BoardCommand {
    BoardCommand::Set {
        slug: Slug::parse(slug).expect("valid"),
        name: BoardName::parse("장터").expect("valid"),
        description: BoardDescription::parse("사고팔기").expect("valid"),
        anonymous,
        hours,
        closed,
    }
}

fn opened(slug: &str, anonymous: bool, hours: Option<Hours>) -> BoardEvent {
    let (name, description) = ("장터".into(), "사고팔기".into());
    BoardEvent::BoardOpened { slug: slug.into(), name, description, anonymous, hours }
}

fn changed(hours: Option<Hours>, closed: bool) -> BoardEvent {
    BoardEvent::BoardChanged { name: "장터".into(), description: "사고팔기".into(), hours, closed }
}

fn evening() -> Option<Hours> {
    Some(Hours { opens: 18 * 60, closes: 20 * 60, time_zone: "Asia/Seoul".into() })
}

#[test]
fn a_board_is_opened_changed_and_closed() {
    BoardTest::with(())
        .given_no_previous_events()
        .when(set("market", false, None, false))
        .then_expect_events(vec![opened("market", false, None)]);
    BoardTest::with(())
        .given(vec![opened("market", false, None)])
        .when(set("market", false, evening(), true))
        .then_expect_events(vec![changed(evening(), true)]);
    BoardTest::with(())
        .given_no_previous_events()
        .when(set("market", false, None, true))
        .then_expect_events(vec![opened("market", false, None), changed(None, true)]);
}

#[test]
fn setting_what_is_set_changes_nothing() {
    BoardTest::with(())
        .given(vec![opened("market", false, evening())])
        .when(set("market", false, evening(), false))
        .then_expect_events(vec![]);
}

#[test]
fn whoever_wrote_under_an_alias_can_rely_on_it() {
    BoardTest::with(())
        .given(vec![opened("market", true, None)])
        .when(set("market", false, None, false))
        .then_expect_error(BoardRefusal::AnonymityStays);
    // The night board is there before anyone has set it up.
    BoardTest::with(())
        .given_no_previous_events()
        .when(set("night", false, None, false))
        .then_expect_error(BoardRefusal::AnonymityStays);
}

#[test]
fn hours_have_to_make_sense() {
    let never = Some(Hours { opens: 60, closes: 60, time_zone: "Asia/Seoul".into() });
    BoardTest::with(())
        .given_no_previous_events()
        .when(set("market", false, never, false))
        .then_expect_error(BoardRefusal::Hours);
}
