//! Tests that batches fold to their net effect.

use super::TagsProjector;
use super::fold::{Origin, TagChanges, TaggedPost};
use crate::Projector;
use crate::given::{commented, deleted, edited, id, log, published, second};
use domain::Event;
use domain::followed_tags::FollowedTagsEvent;
use domain::like::{LikeEvent, Target};
use domain::post::{Placement, PostEvent};
use domain::user::UserEvent;
use domain::value::{BoardId, CommentId, PostId, UserId};
use std::collections::{BTreeMap, BTreeSet};

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}

fn like(user: u128, target: Target, liked: bool) -> (u128, Event) {
    let user_id = UserId(id(user));
    let event =
        if liked { LikeEvent::Liked { user_id, target } } else { LikeEvent::Unliked { user_id, target } };
    (0, Event::Like(event))
}

fn follow(user: u128, tag: &str, follows: bool) -> (u128, Event) {
    let (user_id, tag) = (UserId(id(user)), tag.to_owned());
    let event = if follows {
        FollowedTagsEvent::TagFollowed { user_id, tag }
    } else {
        FollowedTagsEvent::TagUnfollowed { user_id, tag }
    };
    (0, Event::FollowedTags(event))
}

fn anonymous(event: Event) -> Event {
    let Event::Post(PostEvent::PostPublished {
        author_id,
        title,
        text,
        tags,
        mentions,
        photos,
        followers_only,
        original_published_at,
        ..
    }) = event
    else {
        panic!("a publication")
    };
    let board = Some(Placement { board_id: BoardId(id(5)), anonymous: true });
    Event::Post(PostEvent::PostPublished {
        author_id,
        title,
        text,
        tags,
        mentions,
        photos,
        followers_only,
        board,
        original_published_at,
    })
}

fn for_followers(event: Event) -> Event {
    let Event::Post(PostEvent::PostEdited { title, text, tags, mentions, photos, .. }) = event else {
        panic!("an edit")
    };
    Event::Post(PostEvent::PostEdited { title, text, tags, mentions, photos, followers_only: true })
}

#[test]
fn the_last_word_on_a_posts_tags_counts() {
    let log = log(vec![
        (1, published(9, "a", &["old"])),
        (2, edited("b", &["sea", "cat"])),
        (1, edited("c", &["new"])),
        (3, published(9, "d", &["short"])),
        (3, deleted(9)),
        (4, deleted(9)),
        (5, for_followers(edited("e", &["few"]))),
    ]);
    let folded: Vec<_> = TagChanges::of(&log).posts.into_iter().collect();
    let by_nine = |position| Some(Origin { author_id: UserId(id(9)), published_at: second(position) });
    assert_eq!(
        folded,
        [
            (id(1), TaggedPost { origin: by_nine(1), tags: &words(&["new"]), deleted: false }),
            (id(2), TaggedPost { origin: None, tags: &words(&["sea", "cat"]), deleted: false }),
            (id(3), TaggedPost { origin: by_nine(4), tags: &[], deleted: true }),
            (id(4), TaggedPost { origin: None, tags: &[], deleted: true }),
            (id(5), TaggedPost { origin: None, tags: &[], deleted: false }),
        ]
    );
}

#[test]
fn likes_of_posts_are_counted_net() {
    let (one, two) = (Target::Post(PostId(id(1))), Target::Post(PostId(id(2))));
    let comment = Target::Comment(CommentId(id(3)));
    let log = log(vec![
        like(7, one, true),
        like(8, one, true),
        like(7, one, false),
        like(7, two, true),
        like(7, two, false),
        like(7, comment, true),
    ]);
    assert_eq!(TagChanges::of(&log).likes, BTreeMap::from([(id(1), 1)]));
}

#[test]
fn who_follows_a_tag_is_what_they_said_last() {
    let log = log(vec![
        follow(1, "sea", true),
        follow(2, "sea", true),
        follow(1, "sea", false),
        follow(2, "cat", false),
        follow(2, "cat", true),
    ]);
    let (one, two) = (UserId(id(1)), UserId(id(2)));
    let expected = [((one, "sea"), false), ((two, "cat"), true), ((two, "sea"), true)];
    assert_eq!(TagChanges::of(&log).followed, BTreeMap::from(expected));
}

#[test]
fn who_is_erased_follows_nothing() {
    let erased = Event::User(UserEvent::PersonErased {});
    let log = log(vec![follow(1, "sea", true), follow(2, "sea", true), (1, erased)]);
    let changes = TagChanges::of(&log);
    assert_eq!(changes.followed, BTreeMap::from([((UserId(id(2)), "sea"), true)]));
    assert_eq!(changes.erased, BTreeSet::from([UserId(id(1))]));
}

#[test]
fn an_anonymous_post_is_not_known_by_its_alias() {
    let log = log(vec![(1, anonymous(published(9, "a", &[])))]);
    assert_eq!(TagChanges::of(&log).posts[&id(1)].origin, None);
}

#[test]
fn what_no_tag_depends_on_is_passed_over() {
    let concerns = |event: Event| TagsProjector.concerns(&event);
    assert!(!concerns(anonymous(published(9, "a", &[]))));
    assert!(!concerns(like(7, Target::Comment(CommentId(id(3))), true).1));
    assert!(!concerns(commented(1, 9, None, None)));
    assert!(concerns(published(9, "a", &[])), "it may be edited, and its likes count from the first");
    assert!(concerns(edited("a", &[])), "its tags may have to go");
    assert!(concerns(like(7, Target::Post(PostId(id(1))), true).1));
}
