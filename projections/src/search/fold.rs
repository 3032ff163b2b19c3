//! The fold of a batch: its net change of the searched documents.

use crate::{Position, RecordedEvent};
use chrono::{DateTime, Utc};
use domain::Event;
use domain::post::PostEvent;
use domain::user::UserEvent;
use domain::value::{BoardId, Photo, UserId};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// The net effect of a batch, but for likes.
#[derive(Debug, Default)]
pub(super) struct DocumentChanges<'a> {
    pub(super) posts: BTreeMap<Uuid, Post<'a>>,
    pub(super) people: BTreeMap<Uuid, Person<'a>>,
    /// The last event, by person, by which the person's posts become other documents.
    pub(super) standing: BTreeMap<Uuid, Position>,
}

/// The content of one post at a batch's end, in the form in which it goes to the database.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Post<'a> {
    pub(super) post_id: Uuid,
    #[serde(flatten)]
    pub(super) origin: Option<Origin>,
    pub(super) title: &'a str,
    pub(super) text: &'a str,
    pub(super) tags: &'a [String],
    pub(super) alternative_texts: Vec<&'a str>,
    pub(super) photo_count: usize,
    pub(super) followers_only: bool,
    pub(super) gone: bool,
    pub(super) version: Position,
}

/// The origin of a post, which never changes; known if the post was published within the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Origin {
    pub(super) author_id: Option<UserId>,
    pub(super) board_id: Option<BoardId>,
    pub(super) published_at: DateTime<Utc>,
    #[serde(skip)]
    pub(super) anonymous: bool,
}

/// The change of one person, in the form in which it goes to the database; a field that is `None` stays.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Person<'a> {
    pub(super) user_id: Uuid,
    /// True if the person registered within the batch.
    #[serde(skip)]
    pub(super) is_new: bool,
    pub(super) handle: Option<&'a str>,
    pub(super) display_name: Option<&'a str>,
    pub(super) bio: Option<&'a str>,
    pub(super) active: Option<bool>,
    pub(super) private: Option<bool>,
    pub(super) version: Position,
}

impl<'a> DocumentChanges<'a> {
    pub(super) fn of(events: &'a [Arc<RecordedEvent>]) -> Self {
        let mut changes = Self::default();
        for recorded in events {
            match &recorded.event {
                Ok(Event::Post(event)) => changes.post(recorded, event),
                Ok(Event::User(event)) => changes.user(recorded, event),
                Ok(_) | Err(_) => {}
            }
        }
        changes
    }

    fn post(&mut self, recorded: &RecordedEvent, event: &'a PostEvent) {
        let post = self.posts.entry(recorded.aggregate_id).or_default();
        let origin = post.origin;
        let (post_id, version) = (recorded.aggregate_id, recorded.position);
        *post = match event {
            PostEvent::PostPublished {
                author_id,
                title,
                text,
                tags,
                photos,
                followers_only,
                board,
                original_published_at,
                mentions: _,
            } => {
                let anonymous = board.is_some_and(|placement| placement.anonymous);
                let origin = Some(Origin {
                    author_id: (!anonymous).then_some(*author_id),
                    board_id: board.map(|placement| placement.board_id),
                    published_at: original_published_at.unwrap_or(recorded.recorded_at),
                    anonymous,
                });
                let followers_only = *followers_only;
                Post { origin, followers_only, ..Post::saying(title.as_deref(), text, tags, photos) }
            }
            PostEvent::PostEdited { title, text, tags, photos, followers_only, mentions: _ } => {
                let followers_only = *followers_only;
                Post { origin, followers_only, ..Post::saying(title.as_deref(), text, tags, photos) }
            }
            PostEvent::PostDeleted { .. } => Post { origin, gone: true, ..Post::default() },
        };
        (post.post_id, post.version) = (post_id, version);
    }

    fn user(&mut self, recorded: &RecordedEvent, event: &'a UserEvent) {
        if !concerns(event) {
            return;
        }
        let user_id = recorded.aggregate_id;
        let person = self.people.entry(user_id).or_default();
        (person.user_id, person.version) = (user_id, recorded.position);
        match event {
            UserEvent::UserRegistered { handle, display_name, bio } => {
                person.is_new = true;
                person.say(Some(handle), display_name, bio);
            }
            UserEvent::ProfileChanged { display_name, bio, links: _ } => person.say(None, display_name, bio),
            UserEvent::HandleChanged { handle, .. } => person.handle = Some(handle),
            UserEvent::PrivacyChanged { private } => person.private = Some(*private),
            UserEvent::UserDeactivated {} => person.active = Some(false),
            UserEvent::UserReactivated {} => person.active = Some(true),
            UserEvent::PersonErased {} => {
                person.say(Some(""), "", "");
                (person.active, person.private) = (Some(false), Some(false));
            }
            UserEvent::AvatarChanged { .. }
            | UserEvent::BannerChanged { .. }
            | UserEvent::PinsChanged { .. }
            | UserEvent::RoleGranted { .. }
            | UserEvent::RoleRevoked { .. } => {}
        }
        // The author's name, and whether others may see the author, is part of each post's document.
        if !matches!(event, UserEvent::UserRegistered { .. }) {
            self.standing.insert(user_id, recorded.position);
        }
    }
}

/// Returns true if the event changes anything that is searched.
pub(super) fn concerns(event: &UserEvent) -> bool {
    match event {
        UserEvent::UserRegistered { .. }
        | UserEvent::ProfileChanged { .. }
        | UserEvent::HandleChanged { .. }
        | UserEvent::PrivacyChanged { .. }
        | UserEvent::UserDeactivated {}
        | UserEvent::UserReactivated {}
        | UserEvent::PersonErased {} => true,
        UserEvent::AvatarChanged { .. }
        | UserEvent::BannerChanged { .. }
        | UserEvent::PinsChanged { .. }
        | UserEvent::RoleGranted { .. }
        | UserEvent::RoleRevoked { .. } => false,
    }
}

impl<'a> Person<'a> {
    fn say(&mut self, handle: Option<&'a str>, display_name: &'a str, bio: &'a str) {
        self.handle = handle.or(self.handle);
        (self.display_name, self.bio) = (Some(display_name), Some(bio));
    }
}

impl<'a> Post<'a> {
    fn saying(title: Option<&'a str>, text: &'a str, tags: &'a [String], photos: &'a [Photo]) -> Self {
        let alternative_texts = photos.iter().filter_map(|photo| photo.alternative_text.as_deref()).collect();
        let title = title.unwrap_or_default();
        Self { title, text, tags, alternative_texts, photo_count: photos.len(), ..Self::default() }
    }
}
