use super::batch::Batch;
use crate::ports::RecordedEvent;
use chrono::DateTime;
use domain::Event;
use domain::follow::FollowEvent;
use domain::post::PostEvent;
use domain::value::UserId;
use std::sync::Arc;
use uuid::Uuid;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn followed(follower: u128, followee: u128) -> Event {
    Event::Follow(FollowEvent::Followed {
        follower_id: UserId(id(follower)),
        followee_id: UserId(id(followee)),
    })
}

fn unfollowed(follower: u128, followee: u128) -> Event {
    let (follower_id, followee_id) = (UserId(id(follower)), UserId(id(followee)));
    Event::Follow(FollowEvent::Unfollowed { follower_id, followee_id })
}

fn published(author: u128) -> Event {
    Event::Post(PostEvent::PostPublished {
        author_id: UserId(id(author)),
        title: None,
        text: "마당".into(),
        tags: vec![],
        mentions: vec![],
        photos: vec![],
        followers_only: false,
        board: None,
        original_published_at: None,
    })
}

/// Folds the events, at positions 1, 2, …; each post's id is its position.
fn fold(events: Vec<Event>) -> Batch {
    let recorded = events.into_iter().zip(1..).map(|(event, position)| {
        Arc::new(RecordedEvent {
            position,
            aggregate_type: String::new(),
            aggregate_id: id(position.unsigned_abs().into()),
            sequence: 1,
            event_type: String::new(),
            event: Ok(event),
            recorded_at: DateTime::UNIX_EPOCH,
            correlation_id: None,
        })
    });
    Batch::fold(&recorded.collect::<Vec<_>>())
}

#[test]
fn a_post_sees_the_follower_count_of_its_own_moment() {
    let batch = fold(vec![
        published(1),
        followed(2, 1),
        followed(3, 1),
        published(1),
        unfollowed(2, 1),
        published(1),
        followed(3, 2),
    ]);
    let changes: Vec<i64> = batch.published.iter().map(|post| post.follower_change).collect();
    assert_eq!(changes, [0, 2, 1]);
    assert_eq!(batch.follower_change(id(1)), 1);
    assert_eq!(batch.published[1].post_id, id(4));
}

#[test]
fn the_last_word_on_a_pair_counts() {
    let batch = fold(vec![
        followed(1, 2),
        unfollowed(1, 2),
        followed(1, 2),
        unfollowed(3, 2),
        followed(3, 2),
        unfollowed(3, 2),
    ]);
    assert_eq!(batch.pairs(true), (vec![id(1)], vec![id(2)]));
    assert_eq!(batch.pairs(false), (vec![id(3)], vec![id(2)]));
    assert_eq!(batch.follower_change(id(2)), 0);
}

#[test]
fn changes_that_cancel_out_still_name_the_followee() {
    let batch = fold(vec![followed(1, 2), unfollowed(1, 2)]);
    assert!(batch.follower_changes.contains_key(&id(2)));
}
