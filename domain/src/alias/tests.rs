use super::*;
use crate::value::{Reason, UserId};
use cqrs_es::test::TestFramework;
use uuid::Uuid;

#[test]
fn every_look_is_kept_also_a_second_one() {
    let moderator_id = UserId(Uuid::from_u128(1));
    let revealed = AliasEvent::AuthorRevealed { moderator_id, reason: "협박".into() };
    let reveal = AliasCommand::Reveal { moderator_id, reason: Reason::parse("협박").expect("valid") };
    TestFramework::<Alias>::with(())
        .given(vec![revealed.clone()])
        .when(reveal)
        .then_expect_events(vec![revealed]);
}
