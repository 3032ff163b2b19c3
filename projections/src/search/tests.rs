//! Tests of the fold: events given, changes then.

use super::fold::DocumentChanges;
use crate::given::{id, log};
use domain::Event;
use domain::post::{Placement, PostEvent};
use domain::user::UserEvent;
use domain::value::{BoardId, UserId};

fn published(author: u128, text: &str, anonymous: Option<bool>) -> Event {
    let board = anonymous.map(|anonymous| Placement { board_id: BoardId(id(9)), anonymous });
    Event::Post(PostEvent::PostPublished {
        author_id: UserId(id(author)),
        title: None,
        text: text.to_owned(),
        tags: vec!["밤".to_owned()],
        mentions: vec![],
        photos: vec![],
        followers_only: false,
        board,
        original_published_at: None,
    })
}

fn edited(text: &str) -> Event {
    Event::Post(PostEvent::PostEdited {
        title: Some("제목".to_owned()),
        text: text.to_owned(),
        tags: vec![],
        mentions: vec![],
        photos: vec![],
        followers_only: true,
    })
}

#[test]
fn a_post_is_what_its_last_event_says_and_keeps_its_origin() {
    let log = log(vec![(1, published(5, "처음", None)), (1, edited("고침"))]);
    let changes = DocumentChanges::of(&log);
    let post = &changes.posts[&id(1)];
    assert_eq!((post.title, post.text, post.followers_only, post.version), ("제목", "고침", true, 2));
    assert_eq!(post.origin.and_then(|origin| origin.author_id), Some(UserId(id(5))));
}

#[test]
fn a_deleted_post_says_nothing() {
    let deleted = Event::Post(PostEvent::PostDeleted { author_id: UserId(id(5)) });
    let log = log(vec![(1, published(5, "비밀", None)), (1, deleted)]);
    let changes = DocumentChanges::of(&log);
    let post = &changes.posts[&id(1)];
    assert!(post.gone && post.text.is_empty() && post.tags.is_empty() && post.origin.is_some());
}

#[test]
fn of_an_anonymous_post_not_even_the_alias_is_kept() {
    let log = log(vec![(1, published(7, "밤에", Some(true))), (2, published(5, "낮에", Some(false)))]);
    let changes = DocumentChanges::of(&log);
    let author = |post: u128| changes.posts[&id(post)].origin.expect("published").author_id;
    assert_eq!((author(1), author(2)), (None, Some(UserId(id(5)))));
}

#[test]
fn what_a_person_changes_about_themselves_touches_what_they_wrote_as_of_the_last_time() {
    let private = |private| Event::User(UserEvent::PrivacyChanged { private });
    let registered = Event::User(UserEvent::UserRegistered {
        handle: "mina".to_owned(),
        display_name: "미나".to_owned(),
        bio: String::new(),
    });
    let log = log(vec![
        (5, registered.clone()),
        (5, private(true)),
        (5, private(true)),
        (5, Event::User(UserEvent::AvatarChanged { media_id: None })),
        (6, registered),
    ]);
    let changes = DocumentChanges::of(&log);
    assert_eq!(changes.standing.into_iter().collect::<Vec<_>>(), [(id(5), 3)]);
    assert_eq!((changes.people[&id(5)].private, changes.people[&id(5)].version), (Some(true), 3));
}
