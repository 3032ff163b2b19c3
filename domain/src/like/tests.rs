use super::*;
use crate::value::{CommentId, PostId, UserId};
use cqrs_es::test::TestFramework;
use uuid::Uuid;

type LikeTest = TestFramework<Like>;

fn user() -> UserId {
    UserId(Uuid::from_u128(1))
}

fn targets() -> [Target; 2] {
    [Target::Post(PostId(Uuid::from_u128(2))), Target::Comment(CommentId(Uuid::from_u128(3)))]
}

fn like(target: Target) -> LikeCommand {
    LikeCommand::Like { user_id: user(), target, target_is_open: true }
}

fn liked(target: Target) -> LikeEvent {
    LikeEvent::Liked { user_id: user(), target }
}

fn unliked(target: Target) -> LikeEvent {
    LikeEvent::Unliked { user_id: user(), target }
}

#[test]
fn a_like_is_added_and_removed() {
    for target in targets() {
        LikeTest::with(())
            .given_no_previous_events()
            .when(like(target))
            .then_expect_events(vec![liked(target)]);
        LikeTest::with(())
            .given(vec![liked(target)])
            .when(LikeCommand::Unlike { user_id: user(), target })
            .then_expect_events(vec![unliked(target)]);
    }
}

#[test]
fn repeats_yield_no_event() {
    let [target, _] = targets();
    LikeTest::with(()).given(vec![liked(target)]).when(like(target)).then_expect_events(vec![]);
    LikeTest::with(())
        .given(vec![liked(target), unliked(target)])
        .when(LikeCommand::Unlike { user_id: user(), target })
        .then_expect_events(vec![]);
}

#[test]
fn what_is_gone_can_not_be_liked_but_can_be_unliked() {
    let refusals = [LikeRefusal::PostNotFound, LikeRefusal::CommentNotFound];
    for (target, refusal) in targets().into_iter().zip(refusals) {
        LikeTest::with(())
            .given_no_previous_events()
            .when(LikeCommand::Like { user_id: user(), target, target_is_open: false })
            .then_expect_error(refusal);
        LikeTest::with(())
            .given(vec![liked(target)])
            .when(LikeCommand::Unlike { user_id: user(), target })
            .then_expect_events(vec![unliked(target)]);
    }
}
