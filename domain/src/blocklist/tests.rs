use super::*;
use cqrs_es::test::TestFramework;
use uuid::Uuid;

type BlocklistTest = TestFramework<Blocklist>;

fn person(n: u128) -> UserId {
    UserId(Uuid::from_u128(n))
}

fn block(n: u128) -> BlocklistCommand {
    BlocklistCommand::Block { by: person(1), user_id: person(n) }
}

fn blocked(n: u128) -> BlocklistEvent {
    BlocklistEvent::PersonBlocked { by: person(1), user_id: person(n) }
}

#[test]
fn blocking_and_muting_go_their_own_ways() {
    let (by, user_id) = (person(1), person(2));
    BlocklistTest::with(()).given(vec![]).when(block(2)).then_expect_events(vec![blocked(2)]);
    BlocklistTest::with(())
        .given(vec![blocked(2)])
        .when(BlocklistCommand::Mute { by, user_id })
        .then_expect_events(vec![BlocklistEvent::PersonMuted { by, user_id }]);
    BlocklistTest::with(())
        .given(vec![blocked(2), BlocklistEvent::PersonMuted { by, user_id }])
        .when(BlocklistCommand::Unblock { by, user_id })
        .then_expect_events(vec![BlocklistEvent::PersonUnblocked { by, user_id }]);
}

#[test]
fn repeats_change_nothing() {
    let (by, user_id) = (person(1), person(2));
    BlocklistTest::with(()).given(vec![blocked(2)]).when(block(2)).then_expect_events(vec![]);
    BlocklistTest::with(())
        .given_no_previous_events()
        .when(BlocklistCommand::Unblock { by, user_id })
        .then_expect_events(vec![]);
    BlocklistTest::with(())
        .given_no_previous_events()
        .when(BlocklistCommand::Unmute { by, user_id })
        .then_expect_events(vec![]);
}

#[test]
fn nobody_blocks_or_mutes_themself() {
    BlocklistTest::with(())
        .given_no_previous_events()
        .when(block(1))
        .then_expect_error(BlocklistRefusal::KeepsSelfAway);
    BlocklistTest::with(())
        .given_no_previous_events()
        .when(BlocklistCommand::Mute { by: person(1), user_id: person(1) })
        .then_expect_error(BlocklistRefusal::KeepsSelfAway);
}

#[test]
fn there_is_an_end_to_it() {
    let all = |number: usize| (2..2 + number as u128).map(blocked).collect::<Vec<_>>();
    BlocklistTest::with(())
        .given(all(Blocklist::MAX))
        .when(block(1_000_000))
        .then_expect_error(BlocklistRefusal::TooMany);
    BlocklistTest::with(()).given(all(Blocklist::MAX)).when(block(2)).then_expect_events(vec![]);
}
