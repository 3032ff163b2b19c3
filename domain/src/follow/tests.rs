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

fn follow() -> FollowCommand {
    FollowCommand::Follow { follower_id: a(), followee_id: b(), followee_is_active: true }
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
    let command = FollowCommand::Follow { follower_id: a(), followee_id: a(), followee_is_active: true };
    FollowTest::with(())
        .given_no_previous_events()
        .when(command)
        .then_expect_error(FollowRefusal::FollowsSelf);
}

#[test]
fn nobody_follows_who_is_gone() {
    let command = FollowCommand::Follow { follower_id: a(), followee_id: b(), followee_is_active: false };
    FollowTest::with(())
        .given_no_previous_events()
        .when(command)
        .then_expect_error(FollowRefusal::UserNotFound);
}
