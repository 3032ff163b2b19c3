//! Tests of reading events: whatever stands in the log is read as what was written, or refused, never a
//! panic.

use super::{DecodeError, Event};
use crate::alias::AliasEvent::AuthorRevealed;
use crate::blocklist::BlocklistEvent::{PersonBlocked, PersonMuted, PersonUnblocked, PersonUnmuted};
use crate::board::BoardEvent::{BoardChanged, BoardOpened};
use crate::board::Hours;
use crate::comment::CommentEvent::{CommentDeleted, CommentEdited, CommentWritten};
use crate::follow::FollowEvent::{
    FollowRequestRefused, FollowRequestWithdrawn, FollowRequested, Followed, Unfollowed,
};
use crate::followed_tags::FollowedTagsEvent::{TagFollowed, TagUnfollowed};
use crate::like::LikeEvent::{Liked, Unliked};
use crate::like::Target;
use crate::media::MediaEvent::{
    MediaProcessed, MediaRefused, MediaRemoved, MediaRequested, MediaSwept, MediaUploaded,
};
use crate::media::{Processed, Variant};
use crate::post::Placement;
use crate::post::PostEvent::{PostDeleted, PostEdited, PostPublished};
use crate::search_history::SearchHistoryEvent::{SearchForgotten, SearchRemembered, SearchesCleared};
use crate::user::UserEvent::{
    AvatarChanged, BannerChanged, HandleChanged, PersonErased, PinsChanged, PrivacyChanged, ProfileChanged,
    RoleGranted, RoleRevoked, UserDeactivated, UserReactivated, UserRegistered,
};
use crate::value::{BoardId, CommentId, MediaId, Photo, PostId, SearchId, UserId};
use crate::view_batch::PostViews;
use crate::view_batch::ViewBatchEvent::ViewsCounted;
use chrono::{DateTime, Utc};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

fn id<T: std::fmt::Debug>(of: fn(Uuid) -> T) -> impl Strategy<Value = T> {
    any::<u128>().prop_map(move |bits| of(Uuid::from_u128(bits)))
}

/// Makes times to the microsecond, as they are stored, in the years that RFC 3339 can write.
fn time() -> impl Strategy<Value = DateTime<Utc>> {
    (-62_135_596_800_000_000..253_402_300_799_000_000_i64)
        .prop_map(|at| DateTime::from_timestamp_micros(at).expect("in range"))
}

fn list() -> impl Strategy<Value = Vec<String>> {
    vec(any::<String>(), 0..4)
}

fn user() -> impl Strategy<Value = Event> {
    let three = any::<[String; 3]>();
    prop_oneof![
        three.clone().prop_map(|[handle, display_name, bio]| UserRegistered { handle, display_name, bio }),
        (three, list())
            .prop_map(|([display_name, bio, _], links)| { ProfileChanged { display_name, bio, links } }),
        any::<[String; 2]>().prop_map(|[handle, previous]| HandleChanged { handle, previous }),
        option::of(id(MediaId)).prop_map(|media_id| AvatarChanged { media_id }),
        option::of(id(MediaId)).prop_map(|media_id| BannerChanged { media_id }),
        any::<bool>().prop_map(|private| PrivacyChanged { private }),
        vec(id(PostId), 0..4).prop_map(|post_ids| PinsChanged { post_ids }),
        Just(UserDeactivated {}),
        Just(UserReactivated {}),
        Just(PersonErased {}),
        any::<String>().prop_map(|role| RoleGranted { role }),
        any::<String>().prop_map(|role| RoleRevoked { role }),
    ]
    .prop_map(Event::User)
}

fn photos() -> impl Strategy<Value = Vec<Photo>> {
    let facts = (id(MediaId), any::<(u32, u32)>(), any::<[String; 2]>(), option::of(any::<String>()));
    let photo = facts.prop_map(|(media_id, (width, height), [blurhash, colour], alternative_text)| Photo {
        media_id,
        width,
        height,
        blurhash,
        colour,
        alternative_text,
    });
    vec(photo, 0..3)
}

fn post() -> impl Strategy<Value = Event> {
    let body = || (option::of(any::<String>()), any::<String>(), list(), list(), photos());
    let placement =
        (id(BoardId), any::<bool>()).prop_map(|(board_id, anonymous)| Placement { board_id, anonymous });
    let published = (body(), id(UserId), any::<bool>(), option::of(placement), option::of(time()));
    prop_oneof![
        published.prop_map(|(body, author_id, followers_only, board, original_published_at)| {
            let (title, text, tags, mentions, photos) = body;
            PostPublished {
                author_id,
                title,
                text,
                tags,
                mentions,
                photos,
                followers_only,
                board,
                original_published_at,
            }
        }),
        (body(), any::<bool>()).prop_map(|((title, text, tags, mentions, photos), followers_only)| {
            PostEdited { title, text, tags, mentions, photos, followers_only }
        }),
        id(UserId).prop_map(|author_id| PostDeleted { author_id }),
    ]
    .prop_map(Event::Post)
}

fn comment() -> impl Strategy<Value = Event> {
    let thread_ids = || (id(PostId), id(UserId), option::of(id(CommentId)), option::of(id(CommentId)));
    let body = || (any::<String>(), list());
    prop_oneof![
        (thread_ids(), body(), any::<bool>()).prop_map(|(ids, (text, mentions), anonymous)| {
            let (post_id, author_id, parent_id, root_id) = ids;
            CommentWritten { post_id, author_id, parent_id, root_id, text, mentions, anonymous }
        }),
        body().prop_map(|(text, mentions)| CommentEdited { text, mentions }),
        thread_ids().prop_map(|(post_id, author_id, parent_id, root_id)| {
            CommentDeleted { post_id, author_id, parent_id, root_id }
        }),
    ]
    .prop_map(Event::Comment)
}

fn follow() -> impl Strategy<Value = Event> {
    (id(UserId), id(UserId), 0..5).prop_map(|(follower_id, followee_id, kind)| {
        Event::Follow(match kind {
            0 => Followed { follower_id, followee_id },
            1 => FollowRequested { follower_id, followee_id },
            2 => FollowRequestWithdrawn { follower_id, followee_id },
            3 => FollowRequestRefused { follower_id, followee_id },
            _ => Unfollowed { follower_id, followee_id },
        })
    })
}

fn like() -> impl Strategy<Value = Event> {
    let target = prop_oneof![id(PostId).prop_map(Target::Post), id(CommentId).prop_map(Target::Comment)];
    (id(UserId), target, any::<bool>()).prop_map(|(user_id, target, on)| {
        Event::Like(if on { Liked { user_id, target } } else { Unliked { user_id, target } })
    })
}

fn media() -> impl Strategy<Value = Event> {
    let variant = (any::<String>(), any::<(u32, u32, u64)>())
        .prop_map(|(name, (width, height, byte_size))| Variant { name, width, height, byte_size });
    let processed = (any::<[String; 3]>(), any::<(u32, u32)>(), vec(variant, 0..4));
    prop_oneof![
        (id(UserId), any::<String>(), any::<u64>()).prop_map(|(owner_id, content_type, byte_size)| {
            MediaRequested { owner_id, content_type, byte_size }
        }),
        any::<u64>().prop_map(|byte_size| MediaUploaded { byte_size }),
        processed.prop_map(|([format, blurhash, colour], (width, height), variants)| {
            MediaProcessed(Processed { format, width, height, blurhash, colour, variants })
        }),
        any::<String>().prop_map(|reason| MediaRefused { reason }),
        any::<String>().prop_map(|reason| MediaRemoved { reason }),
        Just(MediaSwept {}),
    ]
    .prop_map(Event::Media)
}

fn blocklist() -> impl Strategy<Value = Event> {
    (id(UserId), id(UserId), 0..4).prop_map(|(by, user_id, kind)| {
        Event::Blocklist(match kind {
            0 => PersonBlocked { by, user_id },
            1 => PersonUnblocked { by, user_id },
            2 => PersonMuted { by, user_id },
            _ => PersonUnmuted { by, user_id },
        })
    })
}

fn followed_tags() -> impl Strategy<Value = Event> {
    (id(UserId), any::<String>(), any::<bool>()).prop_map(|(user_id, tag, on)| {
        Event::FollowedTags(if on { TagFollowed { user_id, tag } } else { TagUnfollowed { user_id, tag } })
    })
}

fn search_history() -> impl Strategy<Value = Event> {
    (id(UserId), id(SearchId), time(), 0..3).prop_map(|(user_id, search_id, at, kind)| {
        Event::SearchHistory(match kind {
            0 => SearchRemembered { user_id, search_id, at },
            1 => SearchForgotten { user_id, search_id },
            _ => SearchesCleared { user_id },
        })
    })
}

fn view_batch() -> impl Strategy<Value = Event> {
    let posts = (id(PostId), any::<u32>()).prop_map(|(post_id, views)| PostViews { post_id, views });
    vec(posts, 0..4).prop_map(|posts| Event::ViewBatch(ViewsCounted { posts }))
}

fn board() -> impl Strategy<Value = Event> {
    let hours = || {
        let hours = any::<(u16, u16, String)>();
        option::of(hours.prop_map(|(opens, closes, time_zone)| Hours { opens, closes, time_zone }))
    };
    prop_oneof![
        (any::<[String; 3]>(), any::<bool>(), hours()).prop_map(
            |([slug, name, description], anonymous, hours)| {
                BoardOpened { slug, name, description, anonymous, hours }
            }
        ),
        (any::<[String; 2]>(), any::<bool>(), hours()).prop_map(|([name, description], closed, hours)| {
            BoardChanged { name, description, hours, closed }
        }),
    ]
    .prop_map(Event::Board)
}

fn alias() -> impl Strategy<Value = Event> {
    (id(UserId), any::<String>())
        .prop_map(|(moderator_id, reason)| Event::Alias(AuthorRevealed { moderator_id, reason }))
}

fn any_event() -> impl Strategy<Value = Event> {
    let first = prop_oneof![user(), post(), comment(), follow(), like(), media()];
    prop_oneof![first, blocklist(), followed_tags(), search_history(), view_batch(), board(), alias()]
}

/// Returns the event as the log has it: aggregate type, event type, version, payload.
fn stored(event: &Event) -> (&'static str, String, &'static str, Value) {
    let payload = event.payload();
    let name = payload["type"].as_str().expect("a type").to_owned();
    let (of, _, version) = Event::types().find(|(_, known, _)| *known == name).expect("a known type");
    assert_eq!(of, event.aggregate_type());
    (of, name, version, payload)
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(any::<String>(), inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_event_is_read_as_it_was_written(event in any_event()) {
        let (aggregate_type, event_type, version, payload) = stored(&event);
        let text = serde_json::to_string(&payload).expect("plain data");
        let payload = serde_json::from_str(&text).expect("JSON");
        let read = Event::decode(aggregate_type, &event_type, version, payload);
        prop_assert_eq!(read.map_err(|error| error.to_string()), Ok(event));
    }

    #[test]
    fn a_spoilt_event_is_read_or_refused(event in any_event(), at in any::<prop::sample::Index>(), to in any_json()) {
        let (aggregate_type, event_type, version, mut payload) = stored(&event);
        let fields = payload.as_object_mut().expect("events are objects");
        let name = fields.keys().nth(at.index(fields.len())).expect("it has a type at least").clone();
        if to.is_null() {
            fields.remove(&name);
        } else {
            fields.insert(name, to);
        }
        if let Ok(read) = Event::decode(aggregate_type, &event_type, version, payload) {
            let (again, event_type, version, payload) = stored(&read);
            prop_assert_eq!(again, aggregate_type);
            let twice = Event::decode(aggregate_type, &event_type, version, payload);
            prop_assert_eq!(twice.map_err(|error| error.to_string()), Ok(read));
        }
    }

    #[test]
    fn anything_else_is_refused(names in any::<[String; 3]>(), known in any::<[bool; 3]>(), event in any_event(), payload in any_json()) {
        let (aggregate_type, event_type, version, _) = stored(&event);
        let [of, what, which] = &names;
        let of = if known[0] { aggregate_type } else { of };
        let what = if known[1] { &event_type } else { what };
        let which = if known[2] { version } else { which };
        // An object of known names may happen to fit.
        let read = Event::decode(of, what, which, payload);
        prop_assert!(read.is_err() || known == [true; 3], "{:?}", read);
    }
}

#[test]
fn an_event_of_a_newer_build_is_refused_even_if_it_fits() {
    let event = Event::User(UserDeactivated {});
    let (aggregate_type, event_type, _, payload) = stored(&event);
    for (event_type, version) in [(event_type.as_str(), "2"), ("UserErased", "1"), ("PostDeleted", "1")] {
        let read = Event::decode(aggregate_type, event_type, version, payload.clone());
        assert!(matches!(read, Err(DecodeError::UnknownEvent { .. })), "{event_type} {version}: {read:?}");
    }
    let read = Event::decode("of_tomorrow", "Happened", "1", json!({ "type": "Happened" }));
    assert!(matches!(read, Err(DecodeError::UnknownAggregate(_))), "{read:?}");
}
