use super::*;
use crate::value::{Bio, DisplayName, Handle, Link, Links};
use crate::{Claim, Decide};
use cqrs_es::test::TestFramework;
use uuid::Uuid;

type UserTest = TestFramework<User>;

fn register(handle: &str) -> UserCommand {
    UserCommand::Register {
        handle: Handle::parse(handle).expect("valid"),
        display_name: DisplayName::parse("미나").expect("valid"),
        bio: Bio::parse("").expect("valid"),
    }
}

fn registered(handle: &str) -> UserEvent {
    UserEvent::UserRegistered { handle: handle.into(), display_name: "미나".into(), bio: String::new() }
}

fn change_name(name: &str) -> UserCommand {
    UserCommand::ChangeProfile {
        display_name: Some(DisplayName::parse(name).expect("valid")),
        bio: None,
        links: None,
    }
}

#[test]
fn a_stranger_registers() {
    UserTest::with(())
        .given_no_previous_events()
        .when(register("mina"))
        .then_expect_events(vec![registered("mina")]);
}

#[test]
fn registering_the_same_again_changes_nothing_and_another_is_refused() {
    UserTest::with(()).given(vec![registered("mina")]).when(register("mina")).then_expect_events(vec![]);
    UserTest::with(())
        .given(vec![registered("mina")])
        .when(register("mino"))
        .then_expect_error(UserRefusal::AlreadyRegistered);
}

#[test]
fn a_profile_change_keeps_what_it_does_not_name() {
    let link = Link::parse("https://example.kr/").expect("valid");
    UserTest::with(())
        .given(vec![
            registered("mina"),
            UserEvent::ProfileChanged {
                display_name: "미나".into(),
                bio: "안녕".into(),
                links: Links::new(vec![link]).expect("valid").to_strings(),
            },
        ])
        .when(change_name("김미나"))
        .then_expect_events(vec![UserEvent::ProfileChanged {
            display_name: "김미나".into(),
            bio: "안녕".into(),
            links: vec!["https://example.kr/".into()],
        }]);
}

#[test]
fn a_profile_change_to_what_already_is_yields_no_event() {
    UserTest::with(()).given(vec![registered("mina")]).when(change_name("미나")).then_expect_events(vec![]);
}

#[test]
fn a_handle_changes_and_the_event_knows_both() {
    UserTest::with(())
        .given(vec![registered("mina")])
        .when(UserCommand::ChangeHandle { handle: Handle::parse("Mina").expect("valid") })
        .then_expect_events(vec![UserEvent::HandleChanged {
            handle: "Mina".into(),
            previous: "mina".into(),
        }]);
}

#[test]
fn who_left_can_change_nothing_and_leaves_once() {
    let left = || vec![registered("mina"), UserEvent::UserDeactivated {}];
    UserTest::with(()).given(left()).when(change_name("김미나")).then_expect_error(UserRefusal::UserNotFound);
    UserTest::with(()).given(left()).when(UserCommand::Deactivate).then_expect_events(vec![]);
}

#[test]
fn who_never_registered_can_not_leave() {
    UserTest::with(())
        .given_no_previous_events()
        .when(UserCommand::Deactivate)
        .then_expect_error(UserRefusal::UserNotFound);
}

#[test]
fn who_left_comes_back_once_and_keeps_their_roles() {
    let granted = || UserEvent::RoleGranted { role: "author".into() };
    let left = || vec![registered("mina"), granted(), UserEvent::UserDeactivated {}];
    UserTest::with(())
        .given(left())
        .when(UserCommand::Reactivate)
        .then_expect_events(vec![UserEvent::UserReactivated {}]);
    let back = || [left(), vec![UserEvent::UserReactivated {}]].concat();
    UserTest::with(()).given(back()).when(UserCommand::Reactivate).then_expect_events(vec![]);
    let again = UserCommand::GrantRole { role: Role::Author };
    UserTest::with(()).given(back()).when(again).then_expect_events(vec![]);
    UserTest::with(())
        .given(back())
        .when(UserCommand::Deactivate)
        .then_expect_events(vec![UserEvent::UserDeactivated {}]);
}

#[test]
fn a_role_is_granted_and_revoked_once() {
    let grant = || UserCommand::GrantRole { role: Role::Moderator };
    let revoke = || UserCommand::RevokeRole { role: Role::Moderator };
    let granted = || UserEvent::RoleGranted { role: "moderator".into() };
    let revoked = || UserEvent::RoleRevoked { role: "moderator".into() };
    UserTest::with(()).given(vec![registered("mina")]).when(grant()).then_expect_events(vec![granted()]);
    UserTest::with(()).given(vec![registered("mina")]).when(revoke()).then_expect_events(vec![]);
    let given = || vec![registered("mina"), granted()];
    UserTest::with(()).given(given()).when(grant()).then_expect_events(vec![]);
    UserTest::with(()).given(given()).when(revoke()).then_expect_events(vec![revoked()]);
    let left = vec![registered("mina"), granted(), UserEvent::UserDeactivated {}];
    UserTest::with(()).given(left).when(revoke()).then_expect_events(vec![revoked()]);
    let taken = vec![registered("mina"), granted(), revoked()];
    UserTest::with(()).given(taken).when(grant()).then_expect_events(vec![granted()]);
    UserTest::with(()).given_no_previous_events().when(grant()).then_expect_error(UserRefusal::UserNotFound);
}

#[test]
fn what_is_no_role_today_allows_nothing_and_harms_nothing() {
    let mut user = User { registered: true, ..User::default() };
    for word in ["", "wizard", "admin"] {
        user.evolve(&UserEvent::RoleGranted { role: word.into() });
    }
    assert_eq!(Role::among(&user.roles).collect::<Vec<_>>(), [Role::Admin]);
}

#[test]
fn who_is_erased_has_left_for_good_and_nothing_of_them_is_known() {
    let erased = || vec![registered("mina"), UserEvent::UserDeactivated {}, UserEvent::PersonErased {}];
    UserTest::with(())
        .given(vec![registered("mina")])
        .when(UserCommand::Erase)
        .then_expect_events(vec![UserEvent::UserDeactivated {}, UserEvent::PersonErased {}]);
    UserTest::with(()).given(erased()).when(UserCommand::Erase).then_expect_events(vec![]);
    UserTest::with(())
        .given(erased())
        .when(UserCommand::Reactivate)
        .then_expect_error(UserRefusal::UserNotFound);
    let mut user = User::default();
    erased().iter().for_each(|event| user.evolve(event));
    assert_eq!(user, User { registered: true, deactivated: true, erased: true, ..User::default() });
}

fn media(number: u128) -> Option<MediaId> {
    Some(MediaId(Uuid::from_u128(number)))
}

#[test]
fn a_person_is_shown_by_a_photo_and_then_by_none_each_said_once() {
    for (media_id, before) in [(media(1), None), (None, media(1)), (media(2), media(1))] {
        let given = |media_id| vec![registered("mina"), UserEvent::AvatarChanged { media_id }];
        let set = || UserCommand::SetAvatar { media_id };
        let changed = UserEvent::AvatarChanged { media_id };
        UserTest::with(()).given(given(before)).when(set()).then_expect_events(vec![changed]);
        UserTest::with(()).given(given(media_id)).when(set()).then_expect_events(vec![]);
        let given = |media_id| vec![registered("mina"), UserEvent::BannerChanged { media_id }];
        let set = || UserCommand::SetBanner { media_id };
        let changed = UserEvent::BannerChanged { media_id };
        UserTest::with(()).given(given(before)).when(set()).then_expect_events(vec![changed]);
        UserTest::with(()).given(given(media_id)).when(set()).then_expect_events(vec![]);
    }
}

#[test]
fn one_photo_is_not_in_two_places_of_a_profile() {
    UserTest::with(())
        .given(vec![registered("mina"), UserEvent::AvatarChanged { media_id: media(1) }])
        .when(UserCommand::SetBanner { media_id: media(1) })
        .then_expect_error(UserRefusal::MediaTaken);
    UserTest::with(())
        .given(vec![registered("mina"), UserEvent::BannerChanged { media_id: media(1) }])
        .when(UserCommand::SetAvatar { media_id: media(1) })
        .then_expect_error(UserRefusal::MediaTaken);
}

#[test]
fn a_profile_claims_the_photos_that_it_shows_and_gives_back_what_it_does_not() {
    let value = |number| Uuid::from_u128(number).to_string();
    let take = |number| Claim::Take { kind: "media", value: value(number) };
    let release = |number| Claim::Release { kind: "media", value: value(number) };
    let mut user = User::default();
    user.evolve(&registered("mina"));
    for (event, claims) in [
        (UserEvent::AvatarChanged { media_id: media(1) }, vec![take(1)]),
        (UserEvent::BannerChanged { media_id: media(2) }, vec![take(2)]),
        (UserEvent::AvatarChanged { media_id: media(3) }, vec![release(1), take(3)]),
        (UserEvent::AvatarChanged { media_id: None }, vec![release(3)]),
        (UserEvent::AvatarChanged { media_id: media(4) }, vec![take(4)]),
        (UserEvent::UserDeactivated {}, vec![]),
        (UserEvent::PersonErased {}, vec![release(4), release(2)]),
    ] {
        assert_eq!(user.claims(Uuid::nil(), &event), claims, "{event:?}");
        user.evolve(&event);
    }
}

fn post(number: u128) -> PostId {
    PostId(Uuid::from_u128(number))
}

fn pin(number: u128, gone: &[u128]) -> UserCommand {
    let gone = gone.iter().copied().map(post).collect();
    UserCommand::Pin { post_id: post(number), is_theirs: true, gone }
}

fn pinned(numbers: &[u128]) -> UserEvent {
    UserEvent::PinsChanged { post_ids: numbers.iter().copied().map(post).collect() }
}

#[test]
fn the_latest_pinned_post_comes_first_and_three_are_enough() {
    let given = |numbers: &[u128]| vec![registered("mina"), pinned(numbers)];
    UserTest::with(()).given(given(&[1])).when(pin(2, &[])).then_expect_events(vec![pinned(&[2, 1])]);
    UserTest::with(()).given(given(&[2, 1])).when(pin(1, &[])).then_expect_events(vec![]);
    UserTest::with(()).given(given(&[3, 2, 1])).when(pin(4, &[])).then_expect_error(UserRefusal::TooManyPins);
    // A deleted post takes no pin.
    UserTest::with(())
        .given(given(&[3, 2, 1]))
        .when(pin(4, &[2]))
        .then_expect_events(vec![pinned(&[4, 3, 1])]);
    let unpin = |number| UserCommand::Unpin { post_id: post(number) };
    UserTest::with(()).given(given(&[2, 1])).when(unpin(2)).then_expect_events(vec![pinned(&[1])]);
    UserTest::with(()).given(given(&[2, 1])).when(unpin(3)).then_expect_events(vec![]);
}

#[test]
fn nobody_pins_what_is_not_theirs() {
    UserTest::with(())
        .given(vec![registered("mina")])
        .when(UserCommand::Pin { post_id: post(1), is_theirs: false, gone: vec![] })
        .then_expect_error(UserRefusal::PostNotTheirs);
}

#[test]
fn an_account_is_private_until_it_is_not_each_said_once() {
    let set = |private| UserCommand::SetPrivacy { private };
    let changed = |private| UserEvent::PrivacyChanged { private };
    UserTest::with(()).given(vec![registered("mina")]).when(set(false)).then_expect_events(vec![]);
    UserTest::with(())
        .given(vec![registered("mina")])
        .when(set(true))
        .then_expect_events(vec![changed(true)]);
    UserTest::with(())
        .given(vec![registered("mina"), changed(true)])
        .when(set(false))
        .then_expect_events(vec![changed(false)]);
}
