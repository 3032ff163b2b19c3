use super::*;
use crate::{Claim, Decide};
use cqrs_es::test::TestFramework;
use uuid::Uuid;

type MediaTest = TestFramework<Media>;

fn owner() -> UserId {
    UserId(Uuid::from_u128(1))
}

fn stranger() -> UserId {
    UserId(Uuid::from_u128(2))
}

fn id() -> MediaId {
    MediaId(Uuid::from_u128(3))
}

fn request(by: UserId, byte_size: u64) -> MediaCommand {
    MediaCommand::Request { by, content_type: "image/jpeg".into(), byte_size }
}

fn complete(by: UserId) -> MediaCommand {
    MediaCommand::Complete { by, byte_size: 900 }
}

fn processed() -> Processed {
    let variant = Variant { name: "w320".into(), width: 320, height: 240, byte_size: 90 };
    Processed {
        format: "jpeg".into(),
        width: 4_000,
        height: 3_000,
        blurhash: "LEHV6nWB2yk8pyo0adR*.7kCMdnj".into(),
        colour: "#aabbcc".into(),
        variants: vec![variant],
    }
}

fn process() -> MediaCommand {
    MediaCommand::Process { processed: processed() }
}

fn refuse() -> MediaCommand {
    MediaCommand::Refuse { reason: RefuseReason::Damaged }
}

fn remove(reason: RemoveReason) -> MediaCommand {
    MediaCommand::Remove { reason }
}

fn removed(reason: &str) -> MediaEvent {
    MediaEvent::MediaRemoved { reason: reason.into() }
}

/// Returns the events of a media that is in this state.
fn history(state: MediaState) -> Vec<MediaEvent> {
    let requested =
        MediaEvent::MediaRequested { owner_id: owner(), content_type: "image/jpeg".into(), byte_size: 1_000 };
    let uploading = vec![requested];
    let processing = [uploading.clone(), vec![MediaEvent::MediaUploaded { byte_size: 900 }]].concat();
    let ready = [processing.clone(), vec![MediaEvent::MediaProcessed(processed())]].concat();
    match state {
        MediaState::Unknown => vec![],
        MediaState::Uploading => uploading,
        MediaState::Processing => processing,
        MediaState::Ready => ready,
        MediaState::Refused => {
            [processing, vec![MediaEvent::MediaRefused { reason: "damaged".into() }]].concat()
        }
        MediaState::Removed => [ready, vec![removed("no_longer_shown")]].concat(),
        MediaState::Swept => [ready, vec![removed("no_longer_shown"), MediaEvent::MediaSwept {}]].concat(),
    }
}

fn given(state: MediaState) -> Media {
    let mut media = Media::default();
    history(state).iter().for_each(|event| media.evolve(event));
    media
}

#[test]
fn a_photo_is_announced_uploaded_processed_removed_and_swept_each_once() {
    let way = [
        request(owner(), 1_000),
        complete(owner()),
        process(),
        remove(RemoveReason::NoLongerShown),
        MediaCommand::Sweep,
    ];
    let mut media = Media::default();
    for command in way {
        let events = media.decide(&command).expect("its turn");
        assert_eq!(events.len(), 1, "{command:?}");
        events.iter().for_each(|event| media.evolve(event));
        assert_eq!(media.decide(&command), Ok(vec![]), "{command:?} again");
    }
    assert_eq!(media, given(MediaState::Swept));
}

#[test]
fn an_id_belongs_to_the_first_request() {
    for other in [request(stranger(), 1_000), request(owner(), 1_001)] {
        MediaTest::with(())
            .given(history(MediaState::Ready))
            .when(other)
            .then_expect_error(MediaRefusal::AlreadyRequested);
    }
    MediaTest::with(())
        .given(history(MediaState::Removed))
        .when(request(owner(), 1_000))
        .then_expect_error(MediaRefusal::AlreadyRequested);
}

#[test]
fn what_no_service_takes_can_not_be_announced() {
    MediaTest::with(())
        .given_no_previous_events()
        .when(request(owner(), Media::MAX_BYTES + 1))
        .then_expect_error(MediaRefusal::TooLarge);
}

#[test]
fn only_the_owner_completes_removes_and_shows() {
    for command in [complete(stranger()), remove(RemoveReason::ByOwner { by: stranger() })] {
        MediaTest::with(())
            .given(history(MediaState::Uploading))
            .when(command)
            .then_expect_error(MediaRefusal::NotTheOwner);
    }
    assert_eq!(given(MediaState::Ready).must_be_showable_by(stranger()), Err(MediaRefusal::NotTheOwner));
}

#[test]
fn bytes_are_judged_once_they_are_there() {
    for command in [process(), refuse()] {
        MediaTest::with(())
            .given(history(MediaState::Uploading))
            .when(command)
            .then_expect_error(MediaRefusal::NotUploaded);
    }
    MediaTest::with(())
        .given(history(MediaState::Processing))
        .when(refuse())
        .then_expect_events(vec![MediaEvent::MediaRefused { reason: "damaged".into() }]);
}

#[test]
fn a_workers_late_word_says_nothing() {
    for state in [MediaState::Ready, MediaState::Refused, MediaState::Removed, MediaState::Swept] {
        for command in [process(), refuse()] {
            MediaTest::with(()).given(history(state)).when(command).then_expect_events(vec![]);
        }
    }
}

#[test]
fn a_removal_whose_reason_does_not_hold_any_more_removes_nothing() {
    let (owned, erased) = (RemoveReason::ByOwner { by: owner() }, RemoveReason::Erased);
    let (abandoned, unused, unshown) =
        (RemoveReason::Abandoned, RemoveReason::Unused, RemoveReason::NoLongerShown);
    for (state, removing) in [
        (MediaState::Uploading, vec![owned, erased, abandoned]),
        (MediaState::Processing, vec![owned, erased]),
        (MediaState::Ready, vec![owned, erased, unused, unshown]),
        (MediaState::Refused, vec![owned, erased, unused, unshown]),
        (MediaState::Removed, vec![]),
        (MediaState::Swept, vec![]),
    ] {
        for reason in [owned, erased, abandoned, unused, unshown] {
            let expected = if removing.contains(&reason) { vec![removed(reason.name())] } else { vec![] };
            MediaTest::with(()).given(history(state)).when(remove(reason)).then_expect_events(expected);
        }
    }
}

#[test]
fn what_may_be_shown_stays_in_storage() {
    for state in [MediaState::Uploading, MediaState::Processing, MediaState::Ready, MediaState::Refused] {
        MediaTest::with(())
            .given(history(state))
            .when(MediaCommand::Sweep)
            .then_expect_error(MediaRefusal::NotRemoved);
    }
}

#[test]
fn what_never_was_can_only_be_requested() {
    let commands = [
        complete(owner()),
        process(),
        refuse(),
        remove(RemoveReason::ByOwner { by: owner() }),
        MediaCommand::Sweep,
    ];
    for command in commands {
        MediaTest::with(())
            .given_no_previous_events()
            .when(command)
            .then_expect_error(MediaRefusal::MediaNotFound);
    }
}

#[test]
fn a_photo_has_what_was_made_of_the_bytes_and_comes_only_of_what_is_ready() {
    let alternative_text = AlternativeText::parse(" 한강의 밤 ").expect("valid");
    let photo = given(MediaState::Ready).photo(id(), owner(), Some(alternative_text)).expect("ready");
    let Processed { width, height, blurhash, colour, .. } = processed();
    let alternative_text = Some("한강의 밤".to_owned());
    assert_eq!(photo, Photo { media_id: id(), width, height, blurhash, colour, alternative_text });
    for (state, refusal) in [
        (MediaState::Unknown, MediaRefusal::MediaNotFound),
        (MediaState::Uploading, MediaRefusal::NotReady),
        (MediaState::Processing, MediaRefusal::NotReady),
        (MediaState::Refused, MediaRefusal::NotReady),
        (MediaState::Removed, MediaRefusal::MediaNotFound),
        (MediaState::Swept, MediaRefusal::MediaNotFound),
    ] {
        assert_eq!(given(state).photo(id(), owner(), None), Err(refusal), "{state:?}");
    }
}

#[test]
fn a_removal_claims_the_media_so_that_what_is_shown_stays_unless_its_owner_is_erased() {
    let media = given(MediaState::Ready);
    let taken = Claim::Take { kind: "media", value: id().to_string() };
    assert_eq!(media.claims(id().0, &removed("no_longer_shown")), [taken]);
    assert_eq!(media.claims(id().0, &removed("erased")), []);
}

#[test]
fn a_state_is_named_as_it_is_stored() {
    for state in [MediaState::Unknown, MediaState::Ready, MediaState::Swept] {
        assert_eq!(serde_json::to_value(state).expect("plain data"), state.name());
    }
}
