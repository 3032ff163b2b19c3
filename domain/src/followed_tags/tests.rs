use super::*;
use crate::value::{Tag, UserId};
use cqrs_es::test::TestFramework;
use uuid::Uuid;

type FollowedTagsTest = TestFramework<FollowedTags>;

fn user_id() -> UserId {
    UserId(Uuid::from_u128(1))
}

fn tag(text: &str) -> Tag {
    Tag::parse(text).expect("valid")
}

fn follow(text: &str) -> FollowedTagsCommand {
    FollowedTagsCommand::Follow { user_id: user_id(), tag: tag(text) }
}

fn unfollow(text: &str) -> FollowedTagsCommand {
    FollowedTagsCommand::Unfollow { user_id: user_id(), tag: tag(text) }
}

fn followed(tag: &str) -> FollowedTagsEvent {
    FollowedTagsEvent::TagFollowed { user_id: user_id(), tag: tag.into() }
}

fn unfollowed(tag: &str) -> FollowedTagsEvent {
    FollowedTagsEvent::TagUnfollowed { user_id: user_id(), tag: tag.into() }
}

#[test]
fn a_tag_is_followed_and_left_in_whatever_form_it_is_written() {
    FollowedTagsTest::with(()).given(vec![]).when(follow("#Cat")).then_expect_events(vec![followed("cat")]);
    FollowedTagsTest::with(()).given(vec![followed("cat")]).when(follow("cat")).then_expect_events(vec![]);
    FollowedTagsTest::with(())
        .given(vec![followed("cat")])
        .when(unfollow("CAT"))
        .then_expect_events(vec![unfollowed("cat")]);
    FollowedTagsTest::with(())
        .given(vec![followed("cat"), unfollowed("cat")])
        .when(unfollow("cat"))
        .then_expect_events(vec![]);
}

#[test]
fn there_is_an_end_to_it() {
    let all: Vec<_> = (0..FollowedTags::MAX).map(|n| followed(&format!("tag{n}"))).collect();
    FollowedTagsTest::with(())
        .given(all)
        .when(follow("more"))
        .then_expect_error(FollowedTagsRefusal::TooMany);
}
