use super::*;
use crate::value::UserId;
use cqrs_es::test::TestFramework;
use uuid::Uuid;

type FollowTest = TestFramework<Follow>;

fn a() -> UserId {
    UserId(Uuid::from_u128(1))
}

fn b() -> UserId {
    UserId(Uuid::from_u128(2))
}

fn there() -> Followee {
    Followee { is_there: true, is_private: false, is_blocked: false }
}

fn follow_whom(followee: Followee) -> FollowCommand {
    FollowCommand::Follow { follower_id: a(), followee_id: b(), followee }
}

fn follow() -> FollowCommand {
    follow_whom(there())
}

fn requested() -> FollowEvent {
    FollowEvent::FollowRequested { follower_id: a(), followee_id: b() }
}

fn unfollow() -> FollowCommand {
    FollowCommand::Unfollow { follower_id: a(), followee_id: b() }
}

fn followed() -> FollowEvent {
    FollowEvent::Followed { follower_id: a(), followee_id: b() }
}

fn unfollowed() -> FollowEvent {
    FollowEvent::Unfollowed { follower_id: a(), followee_id: b() }
}

#[test]
fn following_and_unfollowing_alternate() {
    FollowTest::with(()).given_no_previous_events().when(follow()).then_expect_events(vec![followed()]);
    FollowTest::with(()).given(vec![followed()]).when(unfollow()).then_expect_events(vec![unfollowed()]);
    FollowTest::with(())
        .given(vec![followed(), unfollowed()])
        .when(follow())
        .then_expect_events(vec![followed()]);
}

#[test]
fn repeats_yield_no_event() {
    FollowTest::with(()).given(vec![followed()]).when(follow()).then_expect_events(vec![]);
    FollowTest::with(()).given_no_previous_events().when(unfollow()).then_expect_events(vec![]);
}

#[test]
fn nobody_follows_themself() {
    let command = FollowCommand::Follow { follower_id: a(), followee_id: a(), followee: there() };
    FollowTest::with(())
        .given_no_previous_events()
        .when(command)
        .then_expect_error(FollowRefusal::FollowsSelf);
}

#[test]
fn nobody_follows_who_is_gone() {
    let command = follow_whom(Followee { is_there: false, ..there() });
    FollowTest::with(())
        .given_no_previous_events()
        .when(command)
        .then_expect_error(FollowRefusal::UserNotFound);
}

#[test]
fn who_is_blocked_can_not_be_followed() {
    FollowTest::with(())
        .given_no_previous_events()
        .when(follow_whom(Followee { is_blocked: true, ..there() }))
        .then_expect_error(FollowRefusal::Blocked);
}

#[test]
fn whose_account_is_private_is_asked_first() {
    let ask = || follow_whom(Followee { is_private: true, ..there() });
    let (follower_id, followee_id) = (a(), b());
    let accept = || FollowCommand::Accept { follower_id, followee_id };
    let refuse = || FollowCommand::Refuse { follower_id, followee_id };
    FollowTest::with(()).given_no_previous_events().when(ask()).then_expect_events(vec![requested()]);
    FollowTest::with(()).given(vec![requested()]).when(ask()).then_expect_events(vec![]);
    FollowTest::with(()).given(vec![requested()]).when(accept()).then_expect_events(vec![followed()]);
    FollowTest::with(())
        .given(vec![requested()])
        .when(refuse())
        .then_expect_events(vec![FollowEvent::FollowRequestRefused { follower_id, followee_id }]);
    FollowTest::with(())
        .given(vec![requested()])
        .when(unfollow())
        .then_expect_events(vec![FollowEvent::FollowRequestWithdrawn { follower_id, followee_id }]);
    // The account is open by now.
    FollowTest::with(()).given(vec![requested()]).when(follow()).then_expect_events(vec![followed()]);
}

#[test]
fn only_who_asks_can_be_accepted() {
    let (follower_id, followee_id) = (a(), b());
    let accept = || FollowCommand::Accept { follower_id, followee_id };
    FollowTest::with(())
        .given_no_previous_events()
        .when(accept())
        .then_expect_error(FollowRefusal::RequestNotFound);
    FollowTest::with(()).given(vec![followed()]).when(accept()).then_expect_events(vec![]);
    let withdrawn = FollowEvent::FollowRequestWithdrawn { follower_id, followee_id };
    FollowTest::with(())
        .given(vec![requested(), withdrawn])
        .when(accept())
        .then_expect_error(FollowRefusal::RequestNotFound);
}
