//! Tests that batches fold to their net effect.

use super::fold::CommentChanges;
use crate::given::{commented, deleted, id, log, published, second, uncommented};
use domain::Event;
use domain::comment::CommentEvent;
use domain::value::{CommentId, UserId};
use std::collections::BTreeSet;

fn edited(text: &str) -> Event {
    Event::Comment(CommentEvent::CommentEdited { text: text.to_owned(), mentions: vec![] })
}

#[test]
fn a_comment_written_edited_and_deleted_within_a_batch_is_new_and_empty() {
    let log =
        log(vec![(1, commented(9, 8, None, None)), (1, edited("b")), (1, uncommented(9, 8, None, None))]);
    let changes = CommentChanges::of(&log);
    let change = &changes.comments[&CommentId(id(1))];
    assert!(change.origin.is_some_and(|origin| origin.written_at == second(1)));
    assert_eq!((change.text, change.deleted, change.version), ("", true, 3));
    assert_eq!(change.edited_at, Some(second(2)));
}

#[test]
fn a_reply_counts_once_for_what_it_answers_and_once_for_the_threads_beginning() {
    let log = log(vec![
        (2, commented(9, 8, Some(1), Some(1))),
        (3, commented(9, 8, Some(2), Some(1))),
        (4, commented(9, 8, Some(2), Some(1))),
        (3, uncommented(9, 8, Some(2), Some(1))),
    ]);
    let replies = CommentChanges::of(&log).replies;
    assert_eq!((replies[&id(1)], replies[&id(2)]), (2, 1));
}

#[test]
fn a_post_published_and_deleted_within_a_batch_does_not_stand() {
    let log = log(vec![(1, published(8, "a", &[])), (1, deleted(8)), (2, published(8, "b", &[]))]);
    let changes = CommentChanges::of(&log);
    let host = super::fold::Host { author_id: UserId(id(8)), anonymous: false };
    assert_eq!(changes.posts.into_iter().collect::<Vec<_>>(), [(id(2), host)]);
    assert_eq!(changes.deleted_posts, BTreeSet::from([id(1)]));
}
