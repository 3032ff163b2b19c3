//! Tests that batches fold to their net effect.

use super::fold::PostChanges;
use crate::given::{commented, deleted, edited, id, log, published, second, uncommented};
use crate::likes::LikeChanges;
use domain::Event;
use domain::like::{LikeEvent, Target};
use domain::post::PostEvent;
use domain::value::{MediaId, Photo, PostId, UserId};
use std::collections::BTreeSet;

fn like(user: u128, post: u128, liked: bool) -> (u128, Event) {
    let (user_id, target) = (UserId(id(user)), Target::Post(PostId(id(post))));
    (
        0,
        Event::Like(if liked {
            LikeEvent::Liked { user_id, target }
        } else {
            LikeEvent::Unliked { user_id, target }
        }),
    )
}

#[test]
fn a_post_published_and_edited_within_a_batch_is_new_as_edited() {
    let log = log(vec![(1, published(9, "first", &[])), (1, edited("second", &["tag"]))]);
    let changes = PostChanges::of(&log);
    let written = &changes.written[&PostId(id(1))];
    let origin = written.origin.expect("published here");
    assert_eq!((origin.author_id, origin.published_at), (UserId(id(9)), second(1)));
    assert_eq!((written.text, written.version, written.edited_at), ("second", 2, Some(second(2))));
}

#[test]
fn an_edit_says_all_of_a_posts_photos() {
    let photo = Photo {
        media_id: MediaId(id(7)),
        width: 4,
        height: 3,
        blurhash: String::new(),
        colour: "#aabbcc".to_owned(),
        alternative_text: None,
    };
    let shows = |photos| {
        let (text, tags, mentions) = (String::new(), vec![], vec![]);
        Event::Post(PostEvent::PostEdited {
            title: None,
            text,
            tags,
            mentions,
            photos,
            followers_only: false,
        })
    };
    let log = log(vec![(1, published(9, "a", &[])), (1, shows(vec![photo.clone()])), (2, shows(vec![]))]);
    let changes = PostChanges::of(&log);
    assert_eq!(changes.written[&PostId(id(1))].photos, [photo]);
    assert!(changes.written[&PostId(id(2))].photos.is_empty());
}

#[test]
fn a_post_deleted_within_a_batch_is_not_written() {
    let log = log(vec![(1, published(9, "a", &[])), (1, deleted(9)), (2, edited("b", &[])), (2, deleted(9))]);
    let changes = PostChanges::of(&log);
    assert!(changes.written.is_empty());
    assert_eq!(changes.deleted, BTreeSet::from([id(1), id(2)]));
}

#[test]
fn comments_and_likes_are_counted_net() {
    let log = log(vec![
        (5, commented(1, 9, None, None)),
        (6, commented(1, 9, Some(5), Some(5))),
        (5, uncommented(1, 9, None, None)),
        like(7, 1, true),
        like(8, 1, true),
        like(7, 1, false),
        like(7, 2, true),
    ]);
    assert_eq!(PostChanges::of(&log).comments[&id(1)], 1);
    let mut likes = LikeChanges::of(&log, |target| Some(target.id()));
    assert_eq!(likes.counts[&id(1)], 1);
    likes.leave_out(&BTreeSet::from([id(1)]));
    assert_eq!(likes.targets(), [id(2)]);
}

#[test]
fn every_edit_is_a_version_and_so_is_what_was_edited() {
    let log = log(vec![
        (1, published(9, "first", &[])),
        (1, edited("second", &["tag"])),
        (1, edited("third", &[])),
        (2, edited("of an older post", &[])),
        (3, published(9, "deleted", &[])),
        (3, edited("too", &[])),
        (3, deleted(9)),
    ]);
    let changes = PostChanges::of(&log);
    let versions = changes.versions.iter().map(|version| (version.post_id.0, version.version, version.text));
    let first = id(1);
    let expected = [(first, 1, "first"), (first, 2, "second"), (first, 3, "third")];
    assert_eq!(versions.clone().filter(|version| version.0 == first).collect::<Vec<_>>(), expected);
    assert_eq!(
        versions.filter(|version| version.0 != first).map(|(_, _, text)| text).collect::<Vec<_>>(),
        ["of an older post"]
    );
}
