//! Tests that batches fold to their net effect.

use super::fold::{Account, Counts, ProfileChanges};
use crate::given::{deleted, id, log, published, registered, second};
use domain::Event;
use domain::follow::FollowEvent;
use domain::user::UserEvent;
use domain::value::{MediaId, UserId};

fn user(number: u128) -> UserId {
    UserId(id(number))
}

fn followed(follower: u128, followee: u128) -> (u128, Event) {
    let (follower_id, followee_id) = (user(follower), user(followee));
    (0, Event::Follow(FollowEvent::Followed { follower_id, followee_id }))
}

fn unfollowed(follower: u128, followee: u128) -> (u128, Event) {
    let (follower_id, followee_id) = (user(follower), user(followee));
    (0, Event::Follow(FollowEvent::Unfollowed { follower_id, followee_id }))
}

#[test]
fn a_person_who_registers_and_changes_within_a_batch_is_new_as_changed() {
    let renamed =
        Event::User(UserEvent::HandleChanged { handle: "Mina".to_owned(), previous: "minsu".to_owned() });
    let log =
        log(vec![(1, registered("minsu")), (1, renamed), (1, Event::User(UserEvent::UserDeactivated {}))]);
    let changes = ProfileChanges::of(&log);
    let expected = Account {
        user_id: user(1),
        created_at: Some(second(1)),
        handle: Some("Mina"),
        handle_key: Some(domain::value::Handle::key_of("mina")),
        display_name: Some("MINSU"),
        bio: Some(""),
        links: Some(&[]),
        avatar: None,
        banner: None,
        private: None,
        pinned_post_ids: None,
        active: Some(false),
        version: 3,
    };
    assert_eq!(changes.accounts[&user(1)], expected);
}

#[test]
fn what_a_batch_does_not_say_of_a_person_stays() {
    let log = log(vec![(1, Event::User(UserEvent::UserDeactivated {}))]);
    let changes = ProfileChanges::of(&log);
    let expected = Account { user_id: user(1), active: Some(false), version: 1, ..Account::default() };
    assert_eq!(changes.accounts[&user(1)], expected);
}

#[test]
fn a_photo_that_is_shown_no_longer_is_not_one_of_which_nothing_was_said() {
    let avatar = |media_id| (1, Event::User(UserEvent::AvatarChanged { media_id }));
    let log = log(vec![avatar(Some(MediaId(id(7)))), avatar(None)]);
    let changes = ProfileChanges::of(&log);
    let account = &changes.accounts[&user(1)];
    assert_eq!((account.avatar, account.banner), (Some(&[][..]), None));
}

#[test]
fn a_follow_taken_back_and_begun_again_stands_since_its_last_beginning() {
    let log = log(vec![followed(1, 2), unfollowed(1, 2), followed(1, 2), unfollowed(3, 2), unfollowed(4, 5)]);
    let changes = ProfileChanges::of(&log);
    assert_eq!(changes.follows[&(user(1), user(2))], Some(3));
    assert_eq!(changes.follows[&(user(3), user(2))], None);
    assert!(!changes.counts.contains_key(&user(2)), "one came and one went");
    assert_eq!(changes.counts[&user(1)], Counts { following: 1, ..Counts::default() });
    assert_eq!(changes.counts[&user(5)], Counts { followers: -1, ..Counts::default() });
}

#[test]
fn posts_are_counted_net() {
    let log = log(vec![(7, published(1, "a", &[])), (8, published(1, "b", &[])), (7, deleted(1))]);
    assert_eq!(ProfileChanges::of(&log).counts[&user(1)], Counts { posts: 1, ..Counts::default() });
}
