//! Tests that batches fold to their net effect.

use super::ShownBy;
use super::fold::{MediaChange, MediaChanges, Origin, Shown};
use crate::given::{deleted, edited, id, log, published, second};
use domain::Event;
use domain::media::{MediaEvent, MediaState, Processed};
use domain::post::PostEvent;
use domain::user::UserEvent;
use domain::value::{MediaId, Photo, PostId, UserId};

fn media(number: u128) -> MediaId {
    MediaId(id(number))
}

fn requested() -> Event {
    let (owner_id, content_type) = (UserId(id(9)), "image/jpeg".to_owned());
    Event::Media(MediaEvent::MediaRequested { owner_id, content_type, byte_size: 10 })
}

fn uploaded() -> Event {
    Event::Media(MediaEvent::MediaUploaded { byte_size: 12 })
}

fn removed() -> Event {
    Event::Media(MediaEvent::MediaRemoved { reason: "no_longer_shown".into() })
}

/// Returns the post event with these photos.
fn showing(event: Event, numbers: &[u128]) -> Event {
    let photo = |&number| Photo {
        media_id: media(number),
        width: 4,
        height: 3,
        blurhash: String::new(),
        colour: String::new(),
        alternative_text: None,
    };
    let shown = numbers.iter().map(photo).collect();
    let Event::Post(mut event) = event else { unreachable!("posts show photos") };
    match &mut event {
        PostEvent::PostPublished { photos, .. } | PostEvent::PostEdited { photos, .. } => *photos = shown,
        PostEvent::PostDeleted { .. } => {}
    }
    Event::Post(event)
}

fn post(number: u128) -> ShownBy {
    ShownBy::Post(PostId(id(number)))
}

#[test]
fn a_media_stands_as_its_last_event_says() {
    let processed = Processed { format: "jpeg".into(), width: 4, height: 3, ..Processed::default() };
    let ready = Event::Media(MediaEvent::MediaProcessed(processed.clone()));
    let log = log(vec![(1, requested()), (1, uploaded()), (1, ready), (2, uploaded()), (2, removed())]);
    let changes = MediaChanges::of(&log);
    let origin = Origin { owner_id: UserId(id(9)), content_type: "image/jpeg", requested_at: second(1) };
    let expected = MediaChange {
        media_id: media(1),
        origin: Some(origin),
        state: MediaState::Ready,
        reason: None,
        byte_size: Some(12),
        processed: Some(&processed),
        version: 3,
        changed_at: second(3),
    };
    assert_eq!(changes.media[&media(1)], expected);
    let expected = MediaChange {
        media_id: media(2),
        state: MediaState::Removed,
        reason: Some("no_longer_shown"),
        byte_size: Some(12),
        version: 2,
        changed_at: second(5),
        ..MediaChange::default()
    };
    assert_eq!(changes.media[&media(2)], expected);
}

#[test]
fn what_is_swept_is_not_written() {
    let swept = || Event::Media(MediaEvent::MediaSwept {});
    let log = log(vec![(1, requested()), (1, removed()), (1, swept()), (2, swept())]);
    let changes = MediaChanges::of(&log);
    assert!(changes.media.is_empty());
    assert_eq!(changes.swept, [id(1), id(2)]);
}

#[test]
fn photos_that_an_edit_keeps_are_shown_and_those_that_it_drops_are_so_no_longer() {
    let log = log(vec![
        (5, showing(published(9, "a", &[]), &[1, 2])),
        (5, showing(edited("b", &[]), &[2, 3])),
        (5, showing(edited("c", &[]), &[3])),
        (6, showing(published(9, "d", &[]), &[1])),
        (7, edited("e", &[])),
        (8, published(9, "f", &[])),
    ]);
    let changes = MediaChanges::of(&log);
    assert_eq!(changes.shown[&media(1)], Shown::By(post(6)), "taken over by another post");
    assert_eq!(changes.shown[&media(2)], Shown::Until(second(3)));
    assert_eq!(changes.shown[&media(3)], Shown::By(post(5)));
    assert_eq!(changes.showing[&post(5)].since, second(1));
    assert_eq!(changes.showing[&post(7)].since, second(5), "what it showed before the batch");
    assert!(!changes.showing.contains_key(&post(8)), "never showed anything");
}

#[test]
fn a_deleted_post_and_an_erased_person_show_nothing() {
    let avatar = |number| Event::User(UserEvent::AvatarChanged { media_id: Some(media(number)) });
    let banner = Event::User(UserEvent::BannerChanged { media_id: None });
    let log = log(vec![
        (5, showing(published(9, "a", &[]), &[1])),
        (5, deleted(9)),
        (9, avatar(2)),
        (9, avatar(3)),
        (9, Event::User(UserEvent::PersonErased {})),
        (8, avatar(4)),
        (8, banner),
    ]);
    let changes = MediaChanges::of(&log);
    let user = |number| UserId(id(number));
    for (number, shown) in [
        (1, Shown::Until(second(2))),
        (2, Shown::Until(second(4))),
        (3, Shown::Until(second(5))),
        (4, Shown::By(ShownBy::Avatar(user(8)))),
    ] {
        assert_eq!(changes.shown[&media(number)], shown, "media {number}");
    }
    let since = |by| changes.showing[&by].since;
    assert_eq!(since(ShownBy::Banner(user(9))), second(5));
    assert_eq!(since(ShownBy::Banner(user(8))), second(7));
}

#[test]
fn a_thing_that_shows_a_media_is_named_as_it_is_stored() {
    for by in [post(1), ShownBy::Avatar(UserId(id(1))), ShownBy::Banner(UserId(id(1)))] {
        let stored = serde_json::json!({ "kind": by.kind(), "id": by.id() });
        assert_eq!(serde_json::to_value(by).expect("plain data"), stored);
    }
}
